// Pages of problems are rendered without the visitor's cookies: they get their looks here. Every other page has them already.

const settings: [cookie: string, attribute: string, values: Record<string, string>][] = [
  ['bb_theme', 'theme', {light: 'light', dark: 'dark', contrast: 'contrast'}],
  ['bb_elder', 'size', {1: 'elder'}],
  ['bb_pointer', 'pointer', {1: 'large'}],
]

export function looks(): void {
  const root = document.documentElement
  for (const [cookie, attribute, values] of settings) {
    const kept = new RegExp(`(?:^|; )(?:__Host-)?${cookie}=([^;]*)`).exec(document.cookie)?.[1]
    const value = kept && values[kept]
    if (value && !(attribute in root.dataset)) root.dataset[attribute] = value
  }
}
