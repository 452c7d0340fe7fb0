// What the desk shows: lists, seat, queue. It is filled by one snapshot and then follows the event stream.
import {defineStore} from 'pinia'
import {computed, reactive, ref} from 'vue'
import {announce} from '../base/announce'
import {get, post, serverTime, setServerTime, words} from '../base/call'
import {channelName, title} from '../base/format'
import type {DeskState, LiveEvent, Notice, Promised, Queue, Row, Seat, Status, Today} from '../base/shapes'
import {follow, type Lamp, type Stream} from '../live/stream'
import {play} from '../live/sound'
import {useDirectory} from './directory'
import {useSession} from './session'
import {useTalks} from './talks'

export const useDesk = defineStore('desk', () => {
  const session = useSession()
  const talks = useTalks()
  const loaded = ref(false)
  const rows = reactive(new Map<string, Row>())
  const seat = ref<Seat>({status: 'offline', since: new Date().toISOString()})
  const queue = ref<Queue>({waiting: 0})
  const today = ref<Today>({accepted: 0, within_15s: 0})
  const promises = reactive(new Map<string, Promised>())
  const notices = ref<Notice[]>([])
  const hours = ref<{open: boolean; text?: string}>()
  const incoming = ref(0)
  const lamp = ref<Lamp>('starting')
  const silentFor = ref(0)
  const newBuild = ref(false)
  const wallMoved = ref(0)
  /** problem is why the desk could not be read. */
  const problem = ref('')
  /** unseen: talks with something new that this agent has not looked at yet; they stand in the title. */
  const unseen = reactive(new Set<string>())
  let stream: Stream | undefined

  const mine = (r: Row): boolean => r.agent === session.me?.id || (r.flags ?? []).includes('helping')
  const all = computed(() => [...rows.values()])
  const offers = computed(() => all.value.filter(r => r.offer))
  const transfers = computed(() => all.value.filter(r => r.transfer && r.agent !== session.me?.id && !(r.flags ?? []).includes('helping')))
  const serving = computed(() => all.value.filter(r => r.state === 'serving' && mine(r)))
  const waiting = computed(() => all.value.filter(r => r.state === 'waiting' && mine(r)))
  const queued = computed(() => all.value.filter(r => r.state === 'queued' && !r.offer))
  const due = computed(() => [...promises.values()].filter(p => p.state === 'open' || p.state === 'taken'))

  async function fetchState(): Promise<number> {
    const s = await get<DeskState>('/desk/state')
    setServerTime(s.now)
    session.me = s.me
    seat.value = s.seat
    queue.value = s.queue
    today.value = s.today
    notices.value = s.notices ?? []
    hours.value = s.hours
    incoming.value = s.handover?.incoming ?? 0
    rows.clear()
    for (const r of [...(s.queued ?? []), ...(s.talks ?? []), ...(s.transfers ?? []), ...(s.offers ?? [])]) rows.set(r.id, r)
    promises.clear()
    for (const p of s.promises ?? []) promises.set(p.no, p)
    for (const id of [...unseen]) if (!rows.has(id)) unseen.delete(id)
    for (const r of offers.value) unseen.add(r.id)
    loaded.value = true
    return s.seq
  }

  async function start(): Promise<void> {
    let seq: number
    try {
      seq = await fetchState()
      problem.value = ''
    } catch (e) {
      problem.value = words(e)
      throw e
    }
    void useDirectory().load().catch(() => undefined) // the names of topics
    stream?.close()
    stream = follow('bangban-desk', seq, {
      apply,
      async resync() {
        const from = await fetchState()
        await talks.refresh()
        return from
      },
      lamp(state, silent) {
        if (lamp.value !== 'live' && state === 'live') announce('实时连接已恢复。')
        if (state === 'blind' && lamp.value !== 'blind') announce('实时连接断了，正在重连。')
        lamp.value = state
        silentFor.value = silent
      },
      build(id) {
        const own = document.querySelector<HTMLMetaElement>('meta[name=build]')?.content
        if (own && own !== id) newBuild.value = true
      },
    })
  }

  function stop(): void {
    stream?.close()
    stream = undefined
    loaded.value = false
    rows.clear()
    promises.clear()
    unseen.clear()
    talks.forget()
  }

  function apply(e: LiveEvent): void {
    switch (e.kind) {
      case 'talk':
        put(e.talk)
        talks.moved(e.talk)
        if (e.turn) {
          talks.addTurn(e.talk.id, e.turn)
          if (e.turn.author === 'citizen') heard(e.talk, e.turn.text)
        }
        if (e.note) talks.addNote(e.talk.id, e.note)
        talks.setWindow(e.talk.id, e.window)
        break
      case 'delivery':
        talks.deliver(e.id, e.turn, e.delivery)
        talks.setWindow(e.id, e.window)
        break
      case 'draft':
        talks.setDraft(e.id, e.draft)
        break
      case 'seat':
        seat.value = e.seat
        break
      case 'queue':
        queue.value = e.queue
        if (e.today) today.value = e.today
        break
      case 'promise':
        promises.set(e.promise.no, e.promise)
        break
      case 'notice':
        if (!notices.value.some(n => n.id === e.notice.id)) notices.value = [e.notice, ...notices.value]
        announce(`通知：${e.notice.text}`)
        break
      case 'handover':
        incoming.value = e.incoming
        break
      case 'viewers':
        talks.setViewers(e.id, e.viewers ?? [])
        break
      case 'typing':
        talks.typing(e.id)
        break
      case 'wall':
        wallMoved.value++
        break
    }
  }

  /** put takes the row as it is now, and rings when it is new to this agent. */
  function put(row: Row): void {
    const before = rows.get(row.id)
    if (row.gone) {
      rows.delete(row.id)
      unseen.delete(row.id)
      return
    }
    if (talks.isOpen(row.id) && document.visibilityState === 'visible') row.unread = 0
    rows.set(row.id, row)
    if (before && before.agent !== row.agent && row.agent === session.me?.id && row.state === 'serving' && !row.flags?.includes('practice')) count(row)
    if (row.offer && before?.offer?.id !== row.offer.id) {
      unseen.add(row.id)
      announce(`有新的派单：${channelName(row.channel)}，${title(row)}。按 A 接起。`)
      void play('offer')
    } else if (row.transfer && !before?.transfer && row.agent !== session.me?.id) {
      unseen.add(row.id)
      announce(`${row.transfer.from_number ?? ''} 号坐席转来：${title(row)}。`)
      void play('offer')
    } else if (!row.offer && before?.offer) unseen.delete(row.id)
  }

  /** count adds a talk that was just accepted to today's figures; the next state counts anew. */
  function count(row: Row): void {
    const waited = row.enqueued_at ? serverTime() - Date.parse(row.enqueued_at) : Infinity
    today.value = {accepted: today.value.accepted + 1, within_15s: today.value.within_15s + (waited <= 15_000 ? 1 : 0)}
  }

  function heard(row: Row, text: string): void {
    if (!mine(row)) return
    const looking = talks.isOpen(row.id) && document.visibilityState === 'visible'
    if (looking) announce(`${row.citizen || '市民'}说：${text}`)
    else {
      unseen.add(row.id)
      announce(`${title(row)} 有新消息。`)
      void play('words')
    }
  }

  /** saw takes a talk out of the title. */
  function saw(id: string): void {
    unseen.delete(id)
    const row = rows.get(id)
    if (row && mine(row)) row.unread = 0
  }

  async function setStatus(status: Status, reason = ''): Promise<void> {
    const answer = await post<{seat?: Seat} | undefined>('/desk/seat', reason ? {status, reason} : {status})
    seat.value = answer?.seat ?? {...seat.value, status, reason, since: new Date().toISOString()}
  }

  /** lease says that this seat is manned. A tab that hears nothing does not say so. */
  async function lease(): Promise<void> {
    if (!stream?.leading() || lamp.value === 'blind' || lamp.value === 'offline') return
    const answer = await post<{seat?: Seat} | undefined>('/desk/lease')
    // The router's load is not part of this answer.
    if (answer?.seat && answer.seat.status !== seat.value.status) seat.value = answer.seat
  }

  /** extend gives a little more time for the wrap-up, once. */
  async function extend(): Promise<void> {
    const answer = await post<{seat?: Seat} | undefined>('/desk/extend')
    if (answer?.seat) seat.value = answer.seat
  }

  return {
    loaded, rows, seat, queue, today, promises, notices, hours, incoming, lamp, silentFor, newBuild, wallMoved, unseen,
    offers, transfers, serving, waiting, queued, due, fetchState, start, stop, apply, put, saw, setStatus, lease, extend, problem, mine,
  }
})
