// How times, spans, channels and states are said.
import type {Delivery, Reply, Status} from './shapes'
import {topicName} from './topics'

const two = (n: number): string => String(n).padStart(2, '0')

/** span says a length of time as 0:48 or 1:02:03; never negative. */
export function span(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  const h = Math.floor(s / 3600)
  const m = Math.floor((s % 3600) / 60)
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`
}

export const ms = (at: string | undefined): number => (at ? Date.parse(at) : NaN)
export const since = (at: string | undefined, now: number): string => (at ? span(now - ms(at)) : '')

const zone = 'Asia/Shanghai'
const clockFormat = new Intl.DateTimeFormat('zh-CN', {hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone})
const dayFormat = new Intl.DateTimeFormat('zh-CN', {month: 'numeric', day: 'numeric', timeZone: zone})
const yearFormat = new Intl.DateTimeFormat('zh-CN', {year: 'numeric', timeZone: zone})

const valid = (at: string | undefined): Date | undefined => {
  const d = at ? new Date(at) : undefined
  return d && !Number.isNaN(d.getTime()) ? d : undefined
}

/** clock is the time of day, 9:05 as 09:05. */
export const clock = (at: string | undefined): string => {
  const d = valid(at)
  return d ? clockFormat.format(d) : ''
}

/** day is 今天, 昨天, 11月3日, with the year when it is another. */
export function day(at: string | undefined, now: number): string {
  const d = valid(at)
  if (!d) return ''
  const name = dayFormat.format(d)
  if (name === dayFormat.format(now) && Math.abs(now - d.getTime()) < 2 * 86_400_000) return '今天'
  if (name === dayFormat.format(now - 86_400_000) && Math.abs(now - d.getTime()) < 3 * 86_400_000) return '昨天'
  const [month, date] = name.split('/')
  const text = `${month}月${date}日`
  return yearFormat.format(d) === yearFormat.format(now) ? text : `${yearFormat.format(d)}${text}`
}

/** moment is a day and a time; today needs no day. */
export function moment(at: string | undefined, now: number): string {
  const d = day(at, now)
  return d === '今天' ? clock(at) : d ? `${d} ${clock(at)}` : ''
}

/** number reads an answer number in threes: A 482 107 326. */
export const spaced = (no: string): string => no.replace(/^([A-Z])/, '$1 ').replace(/(\d{3})(?=\d)/g, '$1 ')

/** agentOf is the account of the agent who said something, "" for citizen, machine and the house. */
export const agentOf = (author: string): string => (['', 'citizen', 'machine', 'system'].includes(author) ? '' : author.replace(/^agent:/, ''))

const channels: Record<string, [name: string, icon: string]> = {
  portal: ['网页', 'message-circle'], api: ['接口', 'message-circle'], command: ['命令行', 'message-circle'],
  wechat: ['微信', 'message-circle-more'], phone: ['电话', 'phone'], practice: ['练习', 'graduation-cap'],
}
export const channelName = (c: string | undefined): string => channels[c ?? '']?.[0] ?? '网页'
export const channelIcon = (c: string | undefined): string => channels[c ?? '']?.[1] ?? 'message-circle'

export const statusName: Record<Status, string> = {ready: '就绪', break: '小休', busy: '示忙', wrap: '话后', offline: '离线'}

const flagNames: Record<string, [name: string, kind: string]> = {
  elder: ['长者', 'human'], repeat: ['多次来问', 'warn'], bad_rating: ['差评重办', 'danger'], danger: ['有危险', 'danger'],
  reopened: ['没解决', 'danger'], overdue: ['已超时', 'danger'], practice: ['练习', 'brand'], helping: ['协助', 'human'],
}
export const flagName = (f: string): [name: string, kind: string] => flagNames[f] ?? [f, 'brand']

const deliveryNames: Record<Delivery['state'], string> = {accepted: '发送中', sent: '已发出', delivered: '已送达', read: '已读', failed: '未送达'}

// Why a message did not go out as it is, and what was done instead (docs/wechat-window.md).
const causes: Record<string, string> = {
  window: '微信 48 小时窗口已关', count: '微信主动消息已用完', unfollowed: '市民已取消关注', quota: '微信今日额度已用完', too_many: '微信限速', platform: '微信接口没有应答',
  account: '公众号设置有误', refused: '微信没有收下', unsure: '不确定市民是否收到',
}
const instead: Record<string, string> = {
  subscription: '已用订阅通知提醒', template: '已用模板消息提醒', sms: '已发短信提醒', call_back: '请回电', hold: '市民再来消息时自动发出', later: '明天零点后自动用通知提醒',
}

/** deliveryWord says where a message stands, with what happens instead when it did not arrive. */
export function deliveryWord(d: Delivery | undefined): string {
  if (!d) return ''
  const word = deliveryNames[d.state]
  const cause = causes[d.reason ?? ''] ?? d.reason
  const way = instead[d.fallback ?? ''] ?? d.fallback
  // A notice arrived, not the words themselves: they wait in the talk that it leads to.
  if (d.state !== 'failed' && way) return [cause, d.state === 'delivered' ? `${way}（已送达）` : way].filter(Boolean).join(' · ')
  if (d.state !== 'failed') return word
  return [word, cause, way].filter(Boolean).join(' · ')
}

export const stateNames: Record<string, string> = {
  machine: '智能应答', queued: '排队', offered: '派座中', serving: '人工服务', waiting: '等市民回复', promised: '已登记', resolved: '已答复', closed: '已结束',
}
export const outcomes: [value: string, label: string, hint: string][] = [
  ['solved', '办好了', '当场办完或问题解决'], ['explained', '讲清楚了', '政策、材料、地点已说明'],
  ['referred', '转到别处', '告诉市民去哪办、找谁'], ['not_solved', '没有解决', '办不了或市民不认可'],
]
export const outcomeName = (o: string | undefined): string => outcomes.find(([v]) => v === o)?.[1] ?? o ?? ''

const reasons: Record<string, string> = {
  asked: '市民要人工', missed_twice: '两次没答上', repeated: '同一问题反复问', max_turns: '多次没答上', emotion: '市民着急', danger: '有危险', trouble: '系统出错', policy: '人工优先', no_entry: '没有答案', unsolved: '市民说没解决', bad_rating: '评价不满意', rated_badly: '评价不满意', practice: '练习',
}
export const reasonName = (r: string | undefined): string => reasons[r ?? ''] ?? r ?? ''

const identities: Record<string, string> = {anonymous: '未实名', phone: '手机号已验证', real_name: '已实名'}
export const identityName = (i: string | undefined): string => identities[i ?? ''] ?? i ?? '未实名'

const moods: Record<string, string> = {calm: '平静', anxious: '着急', angry: '生气', neutral: '平静'}
export const moodName = (m: string | undefined): string => moods[m ?? ''] ?? m ?? ''

/** usable says whether a machine's reply is worth putting before a citizen: an answer or a question back, not that it does not know. */
export const usable = (reply: Reply | undefined): reply is Reply => !!reply?.text && !['unknown', 'handoff', 'refuse', 'relayed', 'smalltalk'].includes(reply.kind)

/** title is how a talk is called in a list: 王* · 居住证. */
export const title = (of: {citizen?: string; topic?: string}): string => [of.citizen || '市民', topicName(of.topic)].filter(Boolean).join(' · ')

/** windowWord says how many messages WeChat still lets us send by our own will. */
export function windowWord(w: {open: boolean; messages: number; until?: string}, now: number): {text: string; closed: boolean} {
  const left = w.until ? Date.parse(w.until) - now : 0
  if (!w.open || left <= 0) return {text: '微信窗口已关，不能直接发消息。您写的话会留在对话里，改用通知、短信提醒市民来看；都不行时要回电。', closed: true}
  if (w.messages <= 0) return {text: '主动消息已用完，您写的话会等市民再来消息时自动发出。', closed: true}
  const minutes = Math.ceil(left / 60000)
  return {text: `还可主动发 ${w.messages} 条，剩 ${minutes < 60 ? `${minutes} 分钟` : `${Math.floor(minutes / 60)} 小时`}`, closed: false}
}
