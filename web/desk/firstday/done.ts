// Whether somebody has had their first day on this machine.
const storage = (id: string): string => `bangban.desk.first-day.${id}`

export const firstDayDone = (id: string): boolean => localStorage.getItem(storage(id)) === 'done'
export const endFirstDay = (id: string): void => localStorage.setItem(storage(id), 'done')
