// A small city for the tests of the desk's screens: the interface of docs/handoff.md §5, in memory, with a hand on everything that a real
// city does by itself. Only the tests use it.
import {randomBytes} from 'node:crypto'
import {existsSync, readFileSync, readdirSync} from 'node:fs'
import {createServer} from 'node:http'
import {extname, join} from 'node:path'

const dist = join(import.meta.dirname, '../dist')
const types = {'.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml'}
export const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"

class Refusal extends Error {
  constructor(status, key, detail) {
    super(detail)
    Object.assign(this, {status, key})
  }
}

const iso = (at = Date.now()) => new Date(at).toISOString()

const reply = {
  kind: 'answer', answer_no: 'A482107326', text: '居住登记满半年就能申请，15 日内领证。材料带身份证、住所证明和照片。', confidence: 0.92,
  card: {
    title: '浙江省居住证（首次）', conclusion: '居住登记满半年就能申请，15 日内领证。',
    fields: [{label: '条件', value: '有就业、住所或就读证明之一'}, {label: '时限', value: '15 日'}, {label: '费用', value: '0 元'}],
  },
  citations: [{entry_id: 'residence-permit', title: '居住证首次申领', issuer: '市公安局', updated_at: '2026-11-03', url: '/items/residence-permit', basis: [{title: '浙江省流动人口居住登记条例', article: '第十三条', url: '/laws/x'}]}],
}

/** World is what the city knows. Tests call its methods for what citizens, machine and other agents do. */
export class World {
  accounts = new Map()
  sessions = new Map()
  talks = new Map()
  promises = new Map()
  handovers = new Map()
  notices = []
  seats = new Map()
  streams = new Set()
  log = []
  seq = 100
  floor = 0
  next = 1
  build = 'test'
  offerFor = 30_000
  practised = new Set()
  reveals = []
  replies = new Map()
  refuse = undefined // a function (method, path) → Refusal, for faults

  constructor() {
    for (const [id, name, number, team, roles] of [['u8012', '林晓', '8012', '政务服务组', ['agent']], ['u8015', '周宁', '8015', '公积金组', ['agent']], ['u8001', '何班', '8001', '政务服务组', ['agent', 'supervisor']]]) {
      this.accounts.set(id, {account: {id, name, number, team, department: '市民中心', roles}, password: `pass-${number}-word`})
      this.seats.set(id, {status: 'offline', since: iso(), used: 0, limit: 5})
    }
  }

  id(prefix) {
    return `${prefix}${this.next++}`
  }

  // What citizens do.

  /** ask makes a talk that waits for a person. */
  ask(text, more = {}) {
    const at = Date.now() - (more.waited ?? 0)
    const talk = {
      id: this.id('c'), state: 'queued', channel: 'portal', citizen: '王*', topic: 'J01', region: '上城区', flags: [], agent: '', helpers: [], viewers: [], notes: [], drafts: {}, declined: [], enqueued: at, unanswered: at,
      team: '政务服务组', ...more, turns: [],
    }
    this.talks.set(talk.id, talk)
    this.turn(talk, 'citizen', '首次申领，多久能拿到', {at: at - 120_000})
    this.turn(talk, 'machine', '15 日内领证。居住登记满半年就能申请。', {at: at - 119_000, reply, vote: 'useless'})
    this.turn(talk, 'citizen', text, {at})
    this.turn(talk, 'system', '市民要求转人工。', {at: at + 1})
    this.changed(talk)
    this.route()
    return talk
  }

  turn(talk, author, text, more = {}) {
    const {at = Date.now(), ...rest} = more
    const t = {id: this.id('t'), author, text, at: iso(at), ...rest}
    talk.turns.push(t)
    return t
  }

  say(id, text) {
    const talk = this.talks.get(id)
    const turn = this.turn(talk, 'citizen', text)
    talk.unanswered ||= Date.now()
    if (talk.state === 'waiting') talk.state = 'serving'
    talk.unread = (talk.unread ?? 0) + 1
    this.changed(talk, {turn})
    return turn
  }

  typing(id) {
    for (const s of this.streams) this.write(s, {kind: 'typing', id, by: 'citizen'})
  }

  read(id) {
    const talk = this.talks.get(id)
    for (const t of talk.turns) if (t.author.startsWith('agent:')) {
      const delivery = {recipient: 'citizen', state: 'read', at: iso()}
      t.deliveries = [delivery]
      this.emit(a => this.sees(talk, a), {kind: 'delivery', id, turn: t.id, delivery})
    }
  }

  fail(id, reason, fallback) {
    const talk = this.talks.get(id)
    const t = talk.turns.filter(x => x.author.startsWith('agent:')).at(-1)
    const delivery = {recipient: 'citizen', state: 'failed', reason, fallback, at: iso()}
    t.deliveries = [delivery]
    this.emit(a => this.sees(talk, a), {kind: 'delivery', id, turn: t.id, delivery})
  }

  /** deliver says how far the last reply has come, and what WeChat still lets us send. */
  deliver(id, delivery, window) {
    const talk = this.talks.get(id)
    const t = talk.turns.filter(x => x.author.startsWith('agent:')).at(-1)
    t.deliveries = [{recipient: 'citizen', at: iso(), ...delivery}]
    talk.window = window
    this.emit(a => this.sees(talk, a), {kind: 'delivery', id, turn: t.id, delivery: t.deliveries[0], window})
  }

  /** serve gives a talk straight to an agent. */
  serve(id, agent) {
    const talk = this.talks.get(id)
    clearTimeout(talk.timer)
    Object.assign(talk, {state: 'serving', agent, offer: undefined})
    this.changed(talk)
    return talk
  }

  // Routing.

  route() {
    for (const talk of [...this.talks.values()].filter(t => t.state === 'queued').sort((a, b) => a.enqueued - b.enqueued)) {
      const agent = [...this.seats].find(([id, s]) => s.status === 'ready' && !talk.declined.includes(id) && ![...this.talks.values()].some(t => t.offer?.agent === id))?.[0]
      if (!agent) continue
      talk.state = 'offered'
      talk.offer = {id: this.id('o'), agent, at: iso(), expires: iso(Date.now() + this.offerFor), why: '技能相符，空闲最久', brief: '问了 2 次“能先交吗”，智能客服没答准。'}
      talk.timer = setTimeout(() => this.decline(talk, agent), this.offerFor)
      this.changed(talk)
    }
  }

  decline(talk, agent) {
    clearTimeout(talk.timer)
    if (talk.offer?.agent !== agent) return
    talk.declined.push(agent)
    talk.offer = undefined
    talk.state = 'queued'
    this.changed(talk)
    this.route()
  }

  // Events.

  agent(id) {
    return this.accounts.get(id)?.account
  }

  sees(talk, agent) {
    return talk.agent === agent || talk.helpers.includes(agent) || talk.offer?.agent === agent || talk.transfer?.agent === agent || talk.state === 'queued' || talk.viewers.some(v => v.id === agent) || !!this.agent(agent)?.roles.includes('supervisor')
  }

  row(talk, agent) {
    const last = talk.turns.at(-1)
    const mine = talk.agent === agent || talk.helpers.includes(agent)
    const r = {
      id: talk.id, state: talk.state, channel: talk.channel, citizen: talk.citizen, topic: talk.topic, region: talk.region, flags: [...talk.flags, ...(talk.helpers.includes(agent) ? ['helping'] : [])],
      last: last && {author: last.author, text: last.text.slice(0, 80), at: last.at}, unread: mine ? talk.unread ?? 0 : 0, draft: !!talk.drafts[agent],
    }
    if (talk.agent) Object.assign(r, {agent: talk.agent, agent_number: this.agent(talk.agent).number})
    if (talk.unanswered) r.unanswered_since = iso(talk.unanswered)
    if (talk.enqueued) r.enqueued_at = iso(talk.enqueued)
    if (talk.offer?.agent === agent) r.offer = {id: talk.offer.id, at: talk.offer.at, expires: talk.offer.expires, why: talk.offer.why, brief: talk.offer.brief}
    if (talk.transfer && (talk.transfer.agent === agent || mine)) {
      const {agent: _, ...shown} = talk.transfer
      r.transfer = shown
    }
    return r
  }

  changed(talk, added = {}) {
    this.emit(() => true, agent => {
      const seen = this.sees(talk, agent)
      const before = talk.seen?.has(agent)
      talk.seen ??= new Set()
      if (!seen && !before) return undefined
      const row = this.row(talk, agent)
      const mine = talk.agent === agent || talk.helpers.includes(agent)
      const listed = mine && (talk.state === 'serving' || talk.state === 'waiting') || row.offer || (row.transfer && !mine) || talk.state === 'queued'
      if (listed) talk.seen.add(agent)
      else {
        talk.seen.delete(agent)
        row.gone = true
      }
      return {kind: 'talk', talk: row, ...added}
    })
    this.emit(() => true, {kind: 'queue', queue: this.queue()})
    this.emit(a => this.agent(a).roles.includes('supervisor'), {kind: 'wall'})
  }

  queue() {
    const waiting = [...this.talks.values()].filter(t => t.state === 'queued' || t.state === 'offered')
    const team = new Map()
    for (const t of waiting) team.set(t.team, [...(team.get(t.team) ?? []), t.enqueued])
    const q = {waiting: waiting.length, by_team: [...team].map(([name, at]) => ({team: name, waiting: at.length, longest_since: iso(Math.min(...at))}))}
    if (waiting.length) q.longest_since = iso(Math.min(...waiting.map(t => t.enqueued)))
    return q
  }

  emit(to, data) {
    const seq = ++this.seq
    for (const agent of this.accounts.keys()) {
      if (!to(agent)) continue
      const d = typeof data === 'function' ? data(agent) : data
      if (d) this.log.push({seq, agent, data: structuredClone(d)})
    }
    for (const s of this.streams) this.feed(s)
  }

  feed(stream) {
    if (stream.held) return
    for (const e of this.log) if (e.agent === stream.agent && e.seq > stream.after) {
      this.write(stream, {prev: stream.sent, ...e.data}, e.seq)
      stream.after = stream.sent = e.seq
    }
  }

  write(stream, data, id) {
    if (!stream.held) stream.res.write(`${id ? `id: ${id}\n` : ''}data: ${JSON.stringify(data)}\n\n`)
  }

  beat() {
    for (const s of this.streams) if (!s.held) s.res.write(`event: hb\ndata: {"build":"${this.build}"}\n\n`)
  }

  /** hold keeps the line open and says nothing on it: half open. */
  hold(held) {
    for (const s of this.streams) s.held = held
    this.holding = held
    if (!held) for (const s of this.streams) this.feed(s)
  }

  cut() {
    for (const s of this.streams) s.res.destroy()
  }

  state(me) {
    const rows = [...this.talks.values()].filter(t => this.sees(t, me)).map(t => ({t, r: this.row(t, me)}))
    const pick = f => rows.filter(f).map(x => x.r)
    for (const {t} of rows) (t.seen ??= new Set()).add(me)
    return {
      now: iso(), seq: this.seq, me: this.agent(me), seat: this.seats.get(me), queue: this.queue(), today: {accepted: 26, within_15s: 24}, notices: this.notices, hours: {open: true},
      talks: pick(({t}) => (t.agent === me || t.helpers.includes(me)) && (t.state === 'serving' || t.state === 'waiting')), offers: pick(({r}) => r.offer), transfers: pick(({t, r}) => r.transfer && t.agent !== me),
      queued: pick(({t}) => t.state === 'queued'), promises: [...this.promises.values()],
      handover: {incoming: [...this.handovers.values()].filter(h => h.to === me).reduce((n, h) => n + h.talks.length, 0)},
    }
  }

  may(talk, me) {
    const owns = talk.agent === me && (talk.state === 'serving' || talk.state === 'waiting')
    const out = ['note']
    if (owns || (talk.helpers.includes(me) && talk.state === 'serving')) out.push('reply')
    if (owns) out.push('transfer', 'resolve')
    if (this.agent(me).roles.includes('supervisor') && talk.state !== 'closed' && talk.state !== 'resolved') out.push('take_over')
    if (talk.state === 'queued') out.push('claim')
    return out
  }
}

const owned = (w, talk, me) => {
  if (talk.agent !== me || talk.state !== 'serving' && talk.state !== 'waiting') throw new Refusal(409, 'talk.taken', talk.agent ? `已由 ${w.agent(talk.agent).number} 接起。` : '这个对话不归您。')
}
const pause = (talk, f) => {
  clearTimeout(talk.timer)
  f()
}

/** The requests on one talk: (world, talk, me, body) → answer. */
const onTalk = {
  accept(w, talk, me, {offer}) {
    if (talk.offer?.id !== offer || talk.offer.agent !== me) throw new Refusal(409, 'talk.taken', talk.agent ? `已由 ${w.agent(talk.agent).number} 接起。` : '这次派单已经过了时间。')
    pause(talk, () => Object.assign(talk, {state: 'serving', agent: me, offer: undefined, unread: 0}))
    const turn = w.turn(talk, 'system', `${w.agent(me).number} 号坐席（市民中心）为您服务，您刚才的问题已看到。`)
    w.changed(talk, {turn})
    if (talk.flags.includes('practice')) setTimeout(() => w.say(talk.id, '您好，我想问居住证多久能拿到？'), 50)
  },
  decline(w, talk, me) {
    w.decline(talk, me)
  },
  claim(w, talk, me) {
    if (talk.state !== 'queued') throw new Refusal(409, 'talk.taken', talk.agent ? `已由 ${w.agent(talk.agent).number} 接起。` : '这个对话已不在排队。')
    Object.assign(talk, {state: 'serving', agent: me, unread: 0})
    w.changed(talk)
  },
  reply(w, talk, me, {text, key}) {
    if (!w.may(talk, me).includes('reply')) throw new Refusal(409, 'talk.taken', '这个对话不归您，不能回复。')
    if (w.replies.has(key)) return {turn: w.replies.get(key)}
    const a = w.agent(me)
    const turn = w.turn(talk, `agent:${me}`, text, {number: a.number, department: a.department, deliveries: [{recipient: 'citizen', state: 'delivered', at: iso()}]})
    w.replies.set(key, turn)
    delete talk.drafts[me]
    talk.unanswered = 0
    w.changed(talk, {turn})
    return {turn}
  },
  note(w, talk, me, {text}) {
    const note = {id: w.id('n'), agent: me, number: w.agent(me).number, text, at: iso()}
    talk.notes.push(note)
    w.changed(talk, {note})
    return {note}
  },
  typing() {},
  transfer(w, talk, me, {kind, to, reason}) {
    owned(w, talk, me)
    const agent = kind === 'agent' ? to : kind === 'team' ? [...w.accounts.values()].map(a => a.account).find(a => a.id !== me && a.team === to)?.id : ''
    talk.transfer = {from: me, from_number: w.agent(me).number, kind, to, to_name: kind === 'agent' ? `${w.agent(to).number} 号` : to, reason, at: iso(), expires: iso(Date.now() + 120_000), agent}
    w.changed(talk)
  },
  'transfer/accept'(w, talk, me) {
    if (talk.transfer?.agent !== me) throw new Refusal(409, 'talk.taken', '转接已经取消。')
    Object.assign(talk, {agent: me, transfer: undefined})
    w.changed(talk, {turn: w.turn(talk, 'system', '已转接，前面说的都带过来了。')})
  },
  'transfer/decline'(w, talk) {
    talk.transfer = undefined
    w.changed(talk)
  },
  'transfer/cancel'(w, talk, me) {
    owned(w, talk, me)
    talk.transfer = undefined
    w.changed(talk)
  },
  invite(w, talk, me, {agent}) {
    owned(w, talk, me)
    talk.helpers.push(agent)
    w.changed(talk)
  },
  leave(w, talk, me) {
    talk.helpers = talk.helpers.filter(h => h !== me)
    w.changed(talk)
  },
  'hand-back'(w, talk, me) {
    owned(w, talk, me)
    Object.assign(talk, {state: 'machine', agent: ''})
    w.changed(talk, {turn: w.turn(talk, 'system', '由智能客服继续为您服务。')})
  },
  resolve(w, talk, me, {topic, outcome}) {
    owned(w, talk, me)
    if (!topic || !outcome) throw new Refusal(400, 'invalid', '请填主题和结果。')
    Object.assign(talk, {state: 'resolved', agent: '', topic, unanswered: 0})
    Object.assign(w.seats.get(me), {status: 'wrap', since: iso(), until: iso(Date.now() + 30_000)})
    w.emit(a => a === me, {kind: 'seat', seat: w.seats.get(me)})
    w.changed(talk, {turn: w.turn(talk, 'system', '这件事答复完了。您满意吗？')})
  },
  'take-over'(w, talk, me) {
    supervisor(w, me)
    pause(talk, () => Object.assign(talk, {state: 'serving', agent: me, offer: undefined, transfer: undefined}))
    w.changed(talk)
  },
  reroute(w, talk, me, {team, topic}) {
    supervisor(w, me)
    if (team) talk.team = team
    if (topic) talk.topic = topic
    w.changed(talk)
  },
  listen(w, talk, me) {
    supervisor(w, me)
    talk.viewers = [...talk.viewers.filter(v => v.id !== me), {id: me, number: w.agent(me).number, listening: true}]
    w.emit(a => w.sees(talk, a), {kind: 'viewers', id: talk.id, viewers: talk.viewers})
    return {}
  },
  reveal(w, talk, me, {field}) {
    w.reveals.push({talk: talk.id, me, field})
    return {value: {name: '王建国', phone: '13812346021', id_number: '330102199001011234'}[field]}
  },
}

const supervisor = (w, me) => {
  if (!w.agent(me).roles.includes('supervisor')) throw new Refusal(403, 'forbidden', '这件事要班长来做。')
}

const talkOf = (w, id) => {
  const talk = w.talks.get(id)
  if (!talk) throw new Refusal(404, 'not_found', '没有这个对话。')
  return talk
}

/** The requests of one's own desk. */
const desk = {
  'GET state': (w, me) => w.state(me),
  'POST lease': (w, me) => void (w.leases = [...(w.leases ?? []), {me, at: Date.now()}]),
  'POST seat'(w, me, {status, reason}) {
    const seat = w.seats.get(me)
    Object.assign(seat, {status, reason: reason ?? '', since: iso(), until: undefined})
    w.emit(a => a === me, {kind: 'seat', seat})
    w.emit(a => w.agent(a).roles.includes('supervisor'), {kind: 'wall'})
    setImmediate(() => w.route())
    return {seat}
  },
  'GET agents': w => ({
    agents: [...w.accounts.values()].map(({account: a}) => ({id: a.id, number: a.number, name: a.name, team: a.team, department: a.department, ...w.seats.get(a.id)})),
    teams: [{id: '政务服务组', name: '政务服务组'}, {id: '公积金组', name: '公积金组'}], departments: [{id: 'police', name: '市公安局'}], topics: [{id: 'J01', name: '居住证'}, {id: 'G02', name: '公积金提取'}],
  }),
  'GET canned': (w, me, body, q) => ({items: [
    {id: 'k1', title: '请稍等', text: '好的，我在为您核对，请等我一分钟。'}, {id: 'k2', title: '问满半年', text: '请问您是哪一天登记的居住信息？', entry: 'residence-permit'},
    {id: 'k3', title: '旧的收费说明', text: '工本费 20 元。', expired: true},
  ].filter(i => !q.get('q') || i.title.includes(q.get('q')) || i.text.includes(q.get('q')))}),
  'GET search'(w, me, body, q) {
    const words = q.get('q') ?? ''
    if (q.get('in') === 'knowledge') return {entries: '居住证登记'.includes(words) ? [{entry_id: 'residence-permit', title: '居住证首次申领', text: reply.text, issuer: '市公安局', updated_at: '2026-11-03', url: '/items/residence-permit'}] : []}
    return {talks: [...w.talks.values()].filter(t => t.turns.some(x => x.text.includes(words))).map(t => ({id: t.id, citizen: t.citizen, channel: t.channel, topic: t.topic, text: t.turns.find(x => x.text.includes(words)).text, at: t.turns.at(-1).at, state: t.state}))}
  },
  'GET promises': w => ({promises: [...w.promises.values()]}),
  'GET handover'(w, me) {
    const rows = [...w.talks.values()].filter(t => t.agent === me && (t.state === 'serving' || t.state === 'waiting')).map(t => w.row(t, me))
    const incoming = [...w.handovers.values()].filter(h => h.to === me).map(h => ({id: h.id, from: h.from, from_number: w.agent(h.from).number, at: h.at, items: h.talks.map(id => w.row(w.talks.get(id), me))}))
    return {items: rows, promises: [...w.promises.values()], notices: w.notices, incoming}
  },
  'POST handover'(w, me, {items}) {
    for (const {talk, to} of items) {
      if (to === 'team') {
        Object.assign(w.talks.get(talk), {state: 'queued', agent: ''})
        w.changed(w.talks.get(talk))
        continue
      }
      const h = {id: w.id('h'), from: me, to, at: iso(), talks: [talk]}
      w.handovers.set(h.id, h)
      w.emit(a => a === to, {kind: 'handover', incoming: [...w.handovers.values()].filter(x => x.to === to).length})
    }
    return {handed: items.length}
  },
  'GET wall'(w, me) {
    supervisor(w, me)
    return {
      at: iso(), queue: w.queue(), seats: [...w.accounts.values()].map(({account: a}) => ({id: a.id, number: a.number, name: a.name, team: a.team, ...w.seats.get(a.id)})), accepted: 26, within_15s: 24, promises: [...w.promises.values()],
      talks: [...w.talks.values()].filter(t => ['queued', 'offered', 'serving', 'waiting'].includes(t.state)).map(t => w.row(t, me)),
    }
  },
  'POST notices'(w, me, {text}) {
    supervisor(w, me)
    const notice = {id: w.id('m'), text, at: iso(), by: w.agent(me).number}
    w.notices.unshift(notice)
    w.emit(() => true, {kind: 'notice', notice})
    return {notice}
  },
  'POST practice'(w, me) {
    const talk = {
      id: w.id('c'), state: 'offered', channel: 'portal', citizen: '练习', topic: '居住证', flags: ['practice'], agent: '', helpers: [], viewers: [], notes: [], drafts: {}, declined: [], enqueued: Date.now(), unanswered: Date.now(), turns: [], team: '',
      offer: {id: w.id('o'), agent: me, at: iso(), expires: iso(Date.now() + 60_000), why: '这是练习', brief: '市民想问居住证。'},
    }
    w.turn(talk, 'citizen', '你好，转人工')
    w.talks.set(talk.id, talk)
    w.changed(talk)
    return {id: talk.id}
  },
}

const staff = {
  'POST login'(w, me, {name, password, code}, q, res) {
    const a = [...w.accounts.values()].find(x => x.account.number === name || x.account.id === name)
    if (!a || a.password !== password) throw new Refusal(401, 'login.wrong', '账号或密码不对。还可以再试 4 次。')
    if (a.account.totp && !code) throw new Refusal(401, 'login.code_needed', '请填验证码。')
    if (a.account.totp && code !== '246810') throw new Refusal(401, 'login.code_wrong', '验证码不对，请看验证器里最新的数字。')
    const token = randomBytes(12).toString('hex')
    w.sessions.set(token, a.account.id)
    res.setHeader('Set-Cookie', `bb_staff=${token}; Path=/; HttpOnly; SameSite=Strict`)
    return {account: a.account}
  },
  'POST logout'(w, me, body, q, res) {
    res.setHeader('Set-Cookie', 'bb_staff=; Path=/; Max-Age=0')
    for (const [t, id] of w.sessions) if (id === me) w.sessions.delete(t)
  },
  'GET me': (w, me) => ({account: w.agent(me)}),
  'POST password'(w, me, {old, new: fresh}) {
    const a = w.accounts.get(me)
    if (a.password !== old) throw new Refusal(400, 'password.wrong', '现在的密码不对。')
    a.password = fresh
    delete a.account.must_change
  },
  'POST totp/start': () => ({uri: 'otpauth://totp/%E6%9D%AD%E5%B7%9E%E5%B8%82%E6%99%BA%E8%83%BD%E5%AE%A2%E6%9C%8D:8012?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=%E6%9D%AD%E5%B7%9E%E5%B8%82%E6%99%BA%E8%83%BD%E5%AE%A2%E6%9C%8D&algorithm=SHA1&digits=6&period=30', secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'}),
  'POST totp/confirm'(w, me, {code}) {
    if (code !== '246810') throw new Refusal(400, 'totp.wrong', '验证码不对，请看验证器里最新的数字。')
    w.agent(me).totp = true
    return {recovery_codes: Array.from({length: 8}, (_, i) => `7f3k-${1000 + i}`)}
  },
  'POST totp/off'(w, me, {password}) {
    if (w.accounts.get(me).password !== password) throw new Refusal(400, 'password.wrong', '密码不对。')
    delete w.agent(me).totp
  },
  'GET sessions': () => ({sessions: [{id: 's1', created_at: iso(), seen_at: iso(), address: '127.0.0.1', agent: 'Mozilla/5.0 (X11; Linux) Chrome/156.0', current: true}, {id: 's2', created_at: iso(Date.now() - 86_400_000), seen_at: iso(Date.now() - 3_600_000), address: '10.1.2.3', agent: 'Mozilla/5.0 (Windows NT 10.0) Edg/155.0'}]}),
}

function answer(w, me, method, path, q, body, res) {
  let m
  if ((m = /^\/staff\/(.+)$/.exec(path))) {
    if (/^sessions\/.+\/end$/.test(m[1])) return undefined
    const f = staff[`${method} ${m[1]}`]
    if (!me && m[1] !== 'login') throw new Refusal(401, 'unauthorised', '请先登录。')
    if (f) return f(w, me, body, q, res)
  }
  if (!me) throw new Refusal(401, 'unauthorised', '请先登录。')
  if ((m = /^\/desk\/talks\/([^/]+)$/.exec(path)) && method === 'GET') {
    const talk = talkOf(w, m[1])
    if (talk.agent === me) talk.unread = 0
    const other = Object.entries(talk.drafts).find(([a]) => a !== me)
    const draft = talk.drafts[me] ? {text: talk.drafts[me], agent: me, number: w.agent(me).number} : other && {text: other[1], agent: other[0], number: w.agent(other[0]).number}
    return {
      talk: w.row(talk, me), turns: talk.turns.slice(-50), more: talk.turns.length > 50, notes: talk.notes, may: w.may(talk, me), window: talk.window, draft, transfer: w.row(talk, me).transfer,
      helpers: talk.helpers.map(id => ({id, number: w.agent(id).number})), viewers: talk.viewers,
      brief: {reason: 'asked', question: '没满半年能否先递交居住证申请', tried: [{answer_no: 'A482107326', title: '居住证首次申领', score: 0.92, vote: 'useless'}], slots: [{label: '区', value: '上城区'}, {label: '登记', value: '6 月 4 日'}], mood: 'anxious', waited_us: 38_000_000, earlier: [{at: iso(Date.now() - 70 * 86_400_000), channel: 'phone', topic: '居住登记', outcome: 'solved'}]},
      citizen: {name: '王*', phone: '138****6021', id_number: '3301**********1234', identity: 'phone', contacts: 3, last_at: iso(Date.now() - 70 * 86_400_000), cases: [{no: 'P1', title: '居住登记', state: '办结', at: iso(Date.now() - 60 * 86_400_000)}]},
    }
  }
  if ((m = /^\/desk\/talks\/([^/]+)\/turns$/.exec(path))) {
    const talk = talkOf(w, m[1])
    const at = talk.turns.findIndex(t => t.id === q.get('before'))
    return {turns: talk.turns.slice(Math.max(0, at - 50), at), more: at > 50}
  }
  if ((m = /^\/desk\/talks\/([^/]+)\/assist$/.exec(path))) {
    return {reply, others: [{entry_id: 'registration', title: '居住登记怎么办', score: 0.71}, {entry_id: 'renewal', title: '居住证签注续期', score: 0.64}, {entry_id: 'points', title: '居住证积分申请', score: 0.38}], clarify: ['您是第一次申领，还是续签？']}
  }
  if ((m = /^\/desk\/talks\/([^/]+)\/draft$/.exec(path)) && method === 'PUT') {
    const talk = talkOf(w, m[1])
    if (body.text) talk.drafts[me] = body.text
    else delete talk.drafts[me]
    w.emit(a => w.sees(talk, a) && a !== me, {kind: 'draft', id: talk.id, draft: {text: body.text, agent: me, number: w.agent(me).number}})
    return undefined
  }
  if ((m = /^\/desk\/talks\/([^/]+)\/(.+)$/.exec(path)) && method === 'POST' && onTalk[m[2]]) {
    const talk = talkOf(w, m[1])
    return onTalk[m[2]](w, talk, me, body) ?? {talk: w.row(talk, me)}
  }
  if ((m = /^\/desk\/promises\/([^/]+)\/(.+)$/.exec(path))) {
    const p = w.promises.get(m[1])
    if (m[2] === 'claim') {
      Object.assign(p, {state: 'taken', agent: me})
      w.serve(p.talk, me)
    } else if (m[2] === 'attempt') Object.assign(p, {tries: (p.tries ?? 0) + 1, next_at: body.next_at, attempts: [...(p.attempts ?? []), {at: iso(), number: w.agent(me).number, note: body.note, next_at: body.next_at}]})
    else p.state = 'kept'
    w.emit(() => true, {kind: 'promise', promise: p})
    return {promise: p}
  }
  if ((m = /^\/desk\/handover\/([^/]+)\/acknowledge$/.exec(path))) {
    const h = w.handovers.get(m[1])
    w.handovers.delete(m[1])
    for (const id of h.talks) w.serve(id, me)
    w.emit(a => a === me, {kind: 'handover', incoming: 0})
    return {}
  }
  if ((m = /^\/desk\/seats\/([^/]+)$/.exec(path))) {
    supervisor(w, me)
    Object.assign(w.seats.get(m[1]), {status: body.status, since: iso()})
    w.emit(a => a === m[1], {kind: 'seat', seat: w.seats.get(m[1])})
    return {seat: w.seats.get(m[1])}
  }
  const f = desk[`${method} ${path.replace('/desk/', '')}`]
  if (f) return f(w, me, body, q)
  throw new Refusal(404, 'not_found', '没有这个地址。')
}

/** The build as it was when the first city began: a new build in between changes nothing. */
let built

function read() {
  if (built) return built
  if (!existsSync(join(dist, 'assets.json'))) throw new Error('web/dist is empty: run npm run build')
  const files = new Map(readdirSync(join(dist, 'a')).map(name => ['/a/' + name, readFileSync(join(dist, 'a', name))]))
  return (built = {files, assets: JSON.parse(readFileSync(join(dist, 'assets.json'), 'utf8'))})
}

function shell(w) {
  const {assets} = read()
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>坐席工作台</title><meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"><meta name="build" content="${w.build}"><link rel="icon" href="/${assets['mark.svg']}"><link rel="stylesheet" href="/${assets['desk.css']}"><script type="module" src="/${assets['desk.js']}"></script></head><body><div id="app"></div></body></html>`
}

/** fake starts the city on a free port. */
export async function fake() {
  read()
  const w = new World()
  const server = createServer(async (req, res) => {
    const url = new URL(req.url, 'http://x')
    const send = (status, body, type = 'application/json; charset=utf-8') => {
      res.writeHead(status, {'Content-Type': type, 'Content-Security-Policy': policy, 'X-Content-Type-Options': 'nosniff'})
      res.end(body)
    }
    if (url.pathname === '/staff' || url.pathname.startsWith('/staff/')) return send(200, shell(w), 'text/html; charset=utf-8')
    if (url.pathname.startsWith('/a/')) {
      const file = read().files.get(url.pathname)
      return file ? send(200, file, types[extname(url.pathname)]) : send(404, '')
    }
    const token = /bb_staff=(\w+)/.exec(req.headers.cookie ?? '')?.[1]
    const me = w.sessions.get(token)
    const path = url.pathname.replace(/^\/api\/v1/, '')
    try {
      const refused = w.refuse?.(req.method, path)
      if (refused) throw refused
      if (path === '/desk/events') {
        if (!me) throw new Refusal(401, 'unauthorised', '请先登录。')
        res.writeHead(200, {'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store'})
        const after = Number(url.searchParams.get('after'))
        const s = {res, agent: me, after, sent: after, held: w.holding ?? false}
        w.streams.add(s)
        res.on('close', () => w.streams.delete(s))
        if (s.held) return
        res.write(`retry: 1000\n\nevent: hb\ndata: {"build":"${w.build}"}\n\n`)
        if (after < w.floor) res.write(`event: resync\nid: ${w.seq}\ndata: {}\n\n`)
        else w.feed(s)
        return
      }
      let raw = ''
      for await (const part of req) raw += part
      const body = answer(w, me, req.method, path, url.searchParams, raw ? JSON.parse(raw) : {}, res)
      if (body === undefined) return res.writeHead(204).end()
      send(200, JSON.stringify(body))
    } catch (e) {
      const status = e.status ?? 500
      if (!e.status) console.error(e)
      send(status, JSON.stringify({type: `/problems/${e.key ?? 'internal'}`, title: '没有办成', status, detail: e.message}), 'application/problem+json; charset=utf-8')
    }
  })
  const beat = setInterval(() => w.beat(), 1000)
  await new Promise(done => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${server.address().port}`, world: w,
    stop() {
      clearInterval(beat)
      for (const t of w.talks.values()) clearTimeout(t.timer)
      for (const s of w.streams) s.res.destroy()
      server.closeAllConnections()
      return new Promise(done => server.close(done))
    },
  }
}

export {Refusal}
