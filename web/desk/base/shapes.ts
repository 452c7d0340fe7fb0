// The objects of the desk's interface, as docs/handoff.md §5.1 names them. Times are RFC 3339.

export type Status = 'ready' | 'break' | 'busy' | 'wrap' | 'offline'
export type TalkState = 'machine' | 'queued' | 'offered' | 'serving' | 'waiting' | 'promised' | 'resolved' | 'closed'
export type Outcome = 'solved' | 'explained' | 'referred' | 'not_solved'

export interface Account {
  id: string
  name: string
  number: string
  roles: string[]
  team?: string
  department?: string
  must_change?: boolean
  totp?: boolean
}

export interface Seat {
  status: Status
  reason?: string
  since: string
  until?: string
  used?: number
  limit?: number
}

export interface Offer {
  id: string
  at: string
  expires: string
  why?: string
  brief?: string
}

export interface Transfer {
  from: string
  from_number?: string
  kind: TargetKind
  to: string
  to_name?: string
  reason: string
  at: string
  expires?: string
}

export type TargetKind = 'agent' | 'team' | 'department'

/** Row is a talk in a list. */
export interface Row {
  id: string
  state: TalkState
  channel: string
  citizen?: string
  topic?: string
  region?: string
  last?: {author: string; text: string; at: string}
  unanswered_since?: string
  due_at?: string
  unread?: number
  draft?: boolean
  flags?: string[]
  agent?: string
  agent_number?: string
  offer?: Offer
  transfer?: Transfer
  waited_us?: number
  promise?: string
  enqueued_at?: string
  gone?: boolean
}

export interface Delivery {
  recipient?: string
  state: 'accepted' | 'sent' | 'delivered' | 'read' | 'failed'
  reason?: string
  fallback?: string
  at?: string
}

/** Window is what WeChat still lets us send by our own will. */
export interface Window {
  open: boolean
  messages: number
  until?: string
}

export interface Field {
  label: string
  value: string
  note?: string
}

export interface Reply {
  kind: string
  answer_no?: string
  text: string
  card?: {title: string; conclusion: string; notice?: string; fields?: Field[]; materials?: {name: string; note?: string}[]}
  citations?: {entry_id: string; title: string; issuer?: string; updated_at?: string; valid_until?: string; url?: string; basis?: {title: string; document_no?: string; article?: string; url?: string}[]}[]
  options?: {label: string; value: string}[]
  confidence?: number
}

export interface Turn {
  id: string
  author: string
  number?: string
  department?: string
  text: string
  at: string
  reply?: Reply
  /** what the turn is when it is a picture or another file */
  file?: {name: string; kind: string; size: number; width?: number; height?: number}
  vote?: string
  deliveries?: Delivery[]
}

export interface Note {
  id: string
  agent?: string
  number?: string
  text: string
  at: string
}

export interface Brief {
  reason?: string
  question?: string
  tried?: {answer_no?: string; title: string; score?: number; vote?: string}[]
  slots?: {label: string; value: string}[]
  identity?: string
  mood?: string
  earlier?: {at: string; channel?: string; topic?: string; outcome?: string}[]
  waited_us?: number
}

export interface Citizen {
  name?: string
  phone?: string
  id_number?: string
  identity?: string
  contacts?: number
  last_at?: string
  cases?: {no: string; title: string; state: string; at: string}[]
}

export interface Draft {
  text: string
  at?: string
  agent?: string
  number?: string
}

export interface Viewer {
  id: string
  number: string
  listening?: boolean
}

export interface TalkAnswer {
  talk: Row
  turns?: Turn[]
  notes?: Note[]
  brief?: Brief
  citizen?: Citizen
  draft?: Draft
  transfer?: Transfer
  helpers?: Viewer[]
  viewers?: Viewer[]
  may?: string[]
  more?: boolean
  window?: Window
}

export interface Assist {
  reply?: Reply
  others?: {entry_id: string; title: string; score: number}[]
  clarify?: string[]
}

export interface Attempt {
  at: string
  number?: string
  note?: string
  next_at?: string
}

export interface Promised {
  no: string
  talk: string
  channel?: string
  citizen?: string
  phone?: string
  wish?: string
  topic?: string
  text?: string
  due_at: string
  state: 'open' | 'taken' | 'kept' | 'dropped'
  tries?: number
  attempts?: Attempt[]
  next_at?: string
  agent?: string
  overdue?: boolean
}

export interface Notice {
  id: string
  text: string
  at: string
  by?: string
}

export interface Person {
  id: string
  number: string
  name?: string
  team?: string
  department?: string
  status?: Status
  used?: number
  limit?: number
}

export interface Named {
  id: string
  name: string
}

export interface Directory {
  agents?: Person[]
  teams?: Named[]
  departments?: Named[]
  topics?: Named[]
}

export interface Queue {
  waiting: number
  longest_since?: string
  by_team?: {team: string; waiting: number; longest_since?: string}[]
}

export interface Today {
  accepted: number
  within_15s: number
}

export interface DeskState {
  now?: string
  seq: number
  me: Account
  seat: Seat
  talks?: Row[]
  offers?: Row[]
  transfers?: Row[]
  queued?: Row[]
  queue: Queue
  promises?: Promised[]
  today: Today
  notices?: Notice[]
  hours?: {open: boolean; text?: string}
  handover?: {incoming: number}
}

export type LiveEvent = {prev?: number} & (
  | {kind: 'talk'; talk: Row; turn?: Turn; note?: Note; window?: Window}
  | {kind: 'delivery'; id: string; turn: string; delivery: Delivery; window?: Window}
  | {kind: 'draft'; id: string; draft?: Draft}
  | {kind: 'seat'; seat: Seat}
  | {kind: 'queue'; queue: Queue; today?: Today}
  | {kind: 'promise'; promise: Promised}
  | {kind: 'notice'; notice: Notice}
  | {kind: 'handover'; incoming: number}
  | {kind: 'viewers'; id: string; viewers?: Viewer[]}
  | {kind: 'typing'; id: string; by: string}
  | {kind: 'wall'}
)

export interface Wall {
  at: string
  queue: Queue
  seats?: (Person & {since?: string; reason?: string})[]
  accepted?: number
  within_15s?: number
  promises?: Promised[]
  talks?: Row[]
}

export interface HandoverPart {
  id: string
  from: string
  from_number?: string
  at: string
  items?: Row[]
}

export interface Handover {
  items?: Row[]
  promises?: Promised[]
  notices?: Notice[]
  incoming?: HandoverPart[]
}
