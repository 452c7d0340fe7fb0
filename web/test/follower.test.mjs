// A talk of the portal goes on in WeChat, and a follower binds a number on a phone: with a small platform of our own beside the program.
import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {createServer} from 'node:http'
import {after, before, test} from 'node:test'
import {ask, axe, browser, city, fits, phone, visit} from './city.mjs'

const token = 'callbacktoken', openid = 'o-browser-test'
// The smallest picture that is one.
const picture = Buffer.from('/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=', 'base64')
let b, c, platform, scene = ''
before(async () => {
  platform = createServer((q, r) => {
    const at = new URL(q.url, 'http://platform')
    const json = body => r.end(JSON.stringify(body))
    let body = ''
    q.on('data', d => (body += d)).on('end', () => {
      if (at.pathname === '/cgi-bin/stable_token') return json({access_token: 'a-token', expires_in: 7200})
      if (at.pathname === '/cgi-bin/showqrcode') return r.setHeader('Content-Type', 'image/jpg').end(picture)
      if (at.pathname === '/sns/oauth2/access_token') return json({access_token: 'x', openid})
      if (at.pathname === '/cgi-bin/qrcode/create') {
        scene = JSON.parse(body).action_info.scene.scene_str
        return json({ticket: 'a-ticket', expire_seconds: 600, url: 'http://weixin.qq.com/q/x'})
      }
      if (at.pathname === '/connect/oauth2/authorize') {
        const back = new URL(at.searchParams.get('redirect_uri'))
        back.searchParams.set('code', 'a-code')
        back.searchParams.set('state', at.searchParams.get('state'))
        return r.writeHead(302, {Location: back.href}).end()
      }
      json({errcode: 0})
    })
  })
  await new Promise(done => platform.listen(0, '127.0.0.1', done))
  b = await browser()
  const settings = {APPID: 'wx0123456789abcdef', SECRET: 'secretsecretsecret', TOKEN: token, MODE: 'plain', API_BASE: `http://127.0.0.1:${platform.address().port}`}
  for (const [k, v] of Object.entries(settings)) process.env[`BANGBAN_WECHAT_${k}`] = v
  try {
    c = await city('--embedding', 'none')
  } finally {
    for (const k of Object.keys(settings)) delete process.env[`BANGBAN_WECHAT_${k}`]
  }
})
after(async () => {
  await c?.stop()
  await b?.close()
  platform?.close()
})

/** push is what the platform posts when the follower does something; the words of the reply come back. */
async function push(inner) {
  const stamp = String(Math.floor(Date.now() / 1000)), nonce = 'n' + Math.random()
  const signature = createHash('sha1').update([token, stamp, nonce].sort().join('')).digest('hex')
  const r = await fetch(`${c.url}/wechat?${new URLSearchParams({signature, timestamp: stamp, nonce, openid})}`, {method: 'POST',
    body: `<xml><ToUserName>gh_x</ToUserName><FromUserName>${openid}</FromUserName><CreateTime>${stamp}</CreateTime>${inner}</xml>`})
  assert.equal(r.status, 200)
  return r.text()
}

test('a talk goes on in WeChat, and its page says so by itself', async () => {
  const v = await visit(b, phone)
  await v.page.goto(c.url + '/chat')
  assert.equal(await v.page.locator('[data-carry-ask]').count(), 0)
  await ask(v.page, '身份证丢了怎么补，我有点急')
  await v.page.reload()
  await v.page.click('[data-carry-ask]')
  await v.page.waitForSelector('[data-carry] img')
  assert.ok(await v.page.locator('[data-carry] img').evaluate(i => i.complete && i.getBoundingClientRect().width >= 150))
  await fits(v.page, 'picture')
  await axe(v.page, 'picture')
  assert.match(await push(`<MsgType>event</MsgType><Event>subscribe</Event><EventKey>qrscene_${scene}</EventKey>`), /已接上/)
  await v.page.locator('.turn--system, .turn', {hasText: '已转到微信里继续'}).first().waitFor()
  await v.page.waitForFunction(() => !document.querySelector('[data-carry]'))
  await v.done()
})

test('the follower enters the same talk, and is asked before the number is bound', async () => {
  const v = await visit(b, {...phone, userAgent: 'Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.50'})
  await v.page.goto(c.url + '/wechat/enter?to=/chat')
  await v.page.waitForSelector('text=我有点急')
  assert.equal(new URL(v.page.url()).pathname, '/chat')
  await push('<MsgType>text</MsgType><Content>要带什么材料</Content><MsgId>24000000000000001</MsgId>')
  await v.page.locator('.turn--citizen', {hasText: '要带什么材料'}).waitFor()
  await v.page.goto(c.url + '/wechat/enter?to=/chat/phone')
  assert.equal(await v.page.locator('input[name="agree"]').isChecked(), false)
  await fits(v.page, 'phone page')
  await axe(v.page, 'phone page')
  await v.done()
})
