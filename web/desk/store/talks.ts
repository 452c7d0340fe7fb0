// The talks that have been opened: what was said, notes, brief, what is being typed, and what an agent does with them.
import {defineStore} from 'pinia'
import {computed, reactive, ref} from 'vue'
import {call, get, newKey, post, Problem, upload, words} from '../base/call'
import {agentOf} from '../base/format'
import type {Assist, Brief, Citizen, Delivery, Draft, Note, Outcome, Row, TalkAnswer, TargetKind, Turn, Viewer, Window} from '../base/shapes'
import {useDesk} from './desk'
import {useSession} from './session'

/** Sending is one's own message that the server has not confirmed yet. */
export interface Sending {
  key: string
  text: string
  entry: string
  at: string
  failed: string
}

export interface Detail {
  id: string
  talk: Row
  turns: Turn[]
  notes: Note[]
  sending: Sending[]
  brief?: Brief | undefined
  citizen?: Citizen | undefined
  draft?: Draft | undefined
  helpers: Viewer[]
  viewers: Viewer[]
  may: string[]
  more: boolean
  typingUntil: number
  window?: Window | undefined
  assist?: Assist | undefined
  assistFor: string
  assistProblem: string
}

export const useTalks = defineStore('talks', () => {
  const session = useSession()
  const details = reactive(new Map<string, Detail>())
  const openId = ref('')
  const opening = ref(false)
  const problem = ref('')
  /** returned is a message that goes back into the composer of its talk. */
  const returned = ref<{id: string; text: string; entry: string}>()
  const current = computed(() => details.get(openId.value))

  const path = (id: string): string => `/desk/talks/${encodeURIComponent(id)}`
  const isOpen = (id: string): boolean => openId.value === id

  async function load(id: string): Promise<Detail> {
    const a = await get<TalkAnswer>(path(id))
    const before = details.get(id)
    const detail: Detail = {
      id, talk: a.talk, turns: a.turns ?? [], notes: a.notes ?? [], sending: before?.sending ?? [], brief: a.brief, citizen: a.citizen, draft: a.draft,
      helpers: a.helpers ?? [], viewers: a.viewers ?? before?.viewers ?? [], may: a.may ?? [], more: a.more ?? false, typingUntil: 0, window: a.window,
      assist: before?.assist, assistFor: before?.assistFor ?? '', assistProblem: '',
    }
    if (a.transfer) detail.talk.transfer = a.transfer
    detail.talk.gone = !useDesk().rows.has(id)
    details.set(id, detail)
    return details.get(id)!
  }

  async function open(id: string): Promise<void> {
    openId.value = id
    problem.value = ''
    if (!id) return
    opening.value = !details.has(id)
    try {
      await load(id)
      useDesk().saw(id)
      void assist(id)
    } catch (e) {
      if (openId.value === id) problem.value = words(e)
    } finally {
      if (openId.value === id) opening.value = false
    }
  }

  /** refresh is for after a gap: the open talk is read again, the others when they are opened. */
  async function refresh(): Promise<void> {
    for (const id of [...details.keys()]) if (id !== openId.value && details.get(id)!.sending.length === 0) details.delete(id)
    if (openId.value) {
      await load(openId.value).catch((e: unknown) => {
        if (!(e instanceof Problem) || e.status === 0 || e.status >= 500) throw e
        openId.value = ''
      })
      void assist(openId.value)
    }
  }

  function forget(): void {
    details.clear()
    openId.value = ''
  }

  async function older(id: string): Promise<void> {
    const d = details.get(id)
    const first = d?.turns[0]
    if (!d || !first || !d.more) return
    const a = await get<{turns?: Turn[]; more?: boolean}>(`${path(id)}/turns?before=${encodeURIComponent(first.id)}`)
    const known = new Set(d.turns.map(t => t.id))
    d.turns.unshift(...(a.turns ?? []).filter(t => !known.has(t.id)))
    d.more = a.more ?? false
  }

  // What the event stream says.

  function moved(row: Row): void {
    const d = details.get(row.id)
    if (!d) return
    const standing = (r: Row): string => [r.state, r.agent, r.offer?.id, r.gone ?? false, r.flags?.includes('helping') ?? false].join()
    const before = d.talk
    d.talk = row
    if (standing(before) === standing(row)) return
    // Who may do what has changed: nothing, until the server has said what.
    if (before.agent !== row.agent || row.gone) d.may = []
    if (isOpen(row.id)) void load(row.id).catch(() => undefined)
  }

  function addTurn(id: string, turn: Turn): void {
    const d = details.get(id)
    if (!d || d.turns.some(t => t.id === turn.id)) return
    if (agentOf(turn.author) === session.me?.id) {
      const at = d.sending.findIndex(s => !s.failed && s.text === turn.text)
      if (at >= 0) d.sending.splice(at, 1)
    }
    d.turns.push(turn)
    if (turn.author === 'citizen') {
      d.typingUntil = 0
      if (isOpen(id)) void assist(id)
    }
  }

  function addNote(id: string, note: Note): void {
    const d = details.get(id)
    if (d && !d.notes.some(n => n.id === note.id)) d.notes.push(note)
  }

  function deliver(id: string, turn: string, delivery: Delivery): void {
    const t = details.get(id)?.turns.find(x => x.id === turn)
    if (!t) return
    const rest = (t.deliveries ?? []).filter(d => d.recipient !== delivery.recipient)
    t.deliveries = [...rest, delivery]
  }

  function setWindow(id: string, window: Window | undefined): void {
    const d = details.get(id)
    if (d && window) d.window = window
  }

  function setDraft(id: string, draft: Draft | undefined): void {
    const d = details.get(id)
    if (d && draft?.agent !== session.me?.id) d.draft = draft
  }

  function setViewers(id: string, viewers: Viewer[]): void {
    const d = details.get(id)
    if (d) d.viewers = viewers
  }

  function typing(id: string): void {
    const d = details.get(id)
    if (d) d.typingUntil = Date.now() + 6000
  }

  // What the machine would say.

  async function assist(id: string): Promise<void> {
    const d = details.get(id)
    const turn = d?.turns.filter(t => t.author === 'citizen').at(-1)
    if (!d || !turn || (d.assistFor === turn.id && d.assist)) return
    d.assistFor = turn.id
    try {
      const a = await get<Assist>(`${path(id)}/assist?turn=${encodeURIComponent(turn.id)}`)
      const now = details.get(id)
      if (now && now.assistFor === turn.id) Object.assign(now, {assist: a, assistProblem: ''})
    } catch (e) {
      const now = details.get(id)
      if (now && now.assistFor === turn.id) Object.assign(now, {assist: undefined, assistProblem: words(e)})
    }
  }

  // What the agent does.

  async function reply(id: string, text: string, entry: string): Promise<void> {
    const d = details.get(id)
    if (!d) return
    d.sending.push({key: newKey(), text, entry, at: new Date().toISOString(), failed: ''})
    await send(id, d.sending.at(-1)!.key)
  }

  /** sendFile sends a picture or a PDF as a turn of its own. */
  async function sendFile(id: string, file: File): Promise<void> {
    const {turn} = await upload<{turn: Turn}>(`${path(id)}/files?${new URLSearchParams({name: file.name}).toString()}`, file, newKey())
    addTurn(id, turn)
  }

  /** send tries a message, also again: the key makes sure that it is kept once. */
  async function send(id: string, key: string): Promise<void> {
    const s = details.get(id)?.sending.find(x => x.key === key)
    if (!s) return
    s.failed = ''
    try {
      const {turn} = await post<{turn: Turn}>(`${path(id)}/reply`, s.entry ? {text: s.text, entry: s.entry, key} : {text: s.text, key})
      drop(id, key)
      addTurn(id, turn)
    } catch (e) {
      const still = details.get(id)?.sending.find(x => x.key === key)
      if (still) still.failed = words(e)
    }
  }

  /** drop takes a message that was not sent out of the talk. */
  function drop(id: string, key: string): Sending | undefined {
    const d = details.get(id)
    const at = d?.sending.findIndex(x => x.key === key) ?? -1
    return d && at >= 0 ? d.sending.splice(at, 1)[0] : undefined
  }

  /** giveBack puts a message that was not sent back into the composer. */
  function giveBack(id: string, key: string): void {
    const s = drop(id, key)
    if (s) returned.value = {id, text: s.text, entry: s.entry}
  }

  async function note(id: string, text: string): Promise<void> {
    addNote(id, (await post<{note: Note}>(`${path(id)}/note`, {text})).note)
  }

  const draft = (id: string, text: string, keepalive = false): Promise<void> => call('PUT', `${path(id)}/draft`, {text}, {keepalive})
  const isTyping = (id: string): Promise<void> => post(`${path(id)}/typing`)

  async function act(id: string, what: string, body: unknown = {}): Promise<void> {
    const answer = await post<{talk?: Row} | undefined>(`${path(id)}/${what}`, body)
    if (!answer?.talk) return
    useDesk().put(answer.talk)
    moved(answer.talk)
  }

  const accept = (id: string, offer: string): Promise<void> => act(id, 'accept', {offer})
  const decline = (id: string, offer: string, reason: string): Promise<void> => act(id, 'decline', {offer, reason})
  const claim = (id: string): Promise<void> => act(id, 'claim')
  const transfer = (id: string, kind: TargetKind, to: string, reason: string): Promise<void> => act(id, 'transfer', {kind, to, reason})
  const resolve = (id: string, topic: string, outcome: Outcome, why: string): Promise<void> =>
    act(id, 'resolve', why ? {topic, outcome, note: why} : {topic, outcome})
  const reveal = async (id: string, field: string): Promise<string> => (await post<{value: string}>(`${path(id)}/reveal`, {field})).value

  return {
    details, openId, opening, problem, current, isOpen, open, refresh, forget, older, moved, addTurn, addNote, deliver, setWindow, setDraft, setViewers, typing, assist,
    reply, send, sendFile, drop, giveBack, returned, note, draft, isTyping, act, accept, decline, claim, transfer, resolve, reveal,
  }
})
