// Requests to the server. What goes wrong comes back as a Problem whose message a person may read.

/** Problem is an answer that is no success. Status 0: nothing came back at all. */
export class Problem extends Error {
  constructor(readonly status: number, readonly key: string, message: string, readonly field = '') {
    super(message)
  }
}

let onSignedOut: () => void = () => undefined

/** whenSignedOut is called when the session has ended. */
export function whenSignedOut(f: () => void): void {
  onSignedOut = f
}

let skew = 0

/** serverTime is the server's clock, in milliseconds: countdowns must not depend on this machine's. */
export const serverTime = (): number => Date.now() + skew

export function setServerTime(now: string | undefined): void {
  const at = now ? Date.parse(now) : NaN
  if (!Number.isNaN(at)) skew = at - Date.now()
}

export async function call<T = void>(method: string, path: string, body?: unknown, options: {keepalive?: boolean; headers?: Record<string, string>; lost?: string} = {}): Promise<T> {
  const [type, content] = body === undefined ? [undefined, null] : body instanceof Blob ? ['application/octet-stream', body] : ['application/json', JSON.stringify(body)]
  let response: Response
  try {
    response = await fetch('/api/v1' + path, {
      method, credentials: 'same-origin', cache: 'no-store', keepalive: options.keepalive ?? false,
      headers: {Accept: 'application/json', ...(type ? {'Content-Type': type} : {}), ...options.headers}, body: content,
    })
  } catch {
    throw new Problem(0, 'network', options.lost ?? '网络断开了，没有发出去。恢复后请再试。')
  }
  const text = await response.text()
  if (response.ok) return (text ? JSON.parse(text) : undefined) as T
  const problem = read(response.status, text)
  if (response.status === 401 && !/^(login|password|totp)\./.test(problem.key)) onSignedOut()
  throw problem
}

function read(status: number, text: string): Problem {
  try {
    const p = JSON.parse(text) as {type?: string; title?: string; detail?: string; field?: string}
    return new Problem(status, (p.type ?? '').replace(/^.*\/problems\//, ''), p.detail || p.title || '没有办成，请再试一次。', p.field)
  } catch {
    return new Problem(status, 'unreadable', '系统出了点问题，请稍后再试。')
  }
}

/** upload sends a file as it is. */
export const upload = <T>(path: string, file: File, key: string): Promise<T> =>
  call<T>('POST', path, file, {headers: {'Idempotency-Key': key}, lost: '网络断开了，文件没有发出去。恢复后请再试。'})

export const get = <T>(path: string): Promise<T> => call<T>('GET', path)
export const post = <T = void>(path: string, body: unknown = {}): Promise<T> => call<T>('POST', path, body)

/** words of whatever was thrown. */
export const words = (e: unknown): string => (e instanceof Problem ? e.message : '页面出了点问题，请刷新后再试。')

/** newKey names one sending, so that the same one twice is kept once. crypto.randomUUID exists only on https and localhost. */
export const newKey = (): string => Array.from(crypto.getRandomValues(new Uint8Array(16)), b => b.toString(16).padStart(2, '0')).join('')
