// What an agent sees of WeChat's window: how much may still be said before a word is typed, and what became of each message.
import assert from 'node:assert/strict'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {axe, browser, desktop, fits, phone} from './city.mjs'
import {fake} from './desk-fake.mjs'
import {seat} from './desk-visit.mjs'

let b
before(async () => { b = await browser() })
after(() => b?.close())

const hours = n => new Date(Date.now() + n * 3_600_000 + 30_000).toISOString()

for (const [width, view] of [[1440, desktop], [390, phone]]) {
  test(`the window's meter and the states of delivery at ${width}`, async () => {
    const city = await fake()
    const talk = city.world.ask('医保怎么转', {channel: 'wechat'})
    talk.window = {open: true, messages: 3, until: hours(5)}
    city.world.serve(talk.id, 'u8012')
    city.world.turn(talk, 'agent:u8012', '可以在网上转。', {number: '8012', deliveries: [{recipient: 'citizen', state: 'sent'}]})
    const v = await seat(b, city, '8012', view)
    const {page} = v
    const look = async name => {
      await axe(page, `${name} at ${width}`)
      await fits(page, `${name} at ${width}`)
      if (process.env.BANGBAN_SHOTS) await page.screenshot({path: join(process.env.BANGBAN_SHOTS, `window-${name}-${width}.png`)})
    }
    try {
      await page.goto(`${city.url}/staff/talk/${talk.id}`)
      await page.waitForSelector('#reply')
      await page.getByText('还可主动发 3 条，剩 5 小时').waitFor()
      assert.match(await page.locator('#reply').getAttribute('aria-describedby'), /reply-window/)
      await look('open')
      city.world.deliver(talk.id, {state: 'sent'}, {open: true, messages: 0, until: hours(5)})
      await page.getByText('主动消息已用完').waitFor()
      for (const [delivery, words] of [
        [{state: 'failed', reason: 'count', fallback: 'hold'}, '未送达 · 微信主动消息已用完 · 市民再来消息时自动发出'],
        [{state: 'sent', reason: 'window', fallback: 'sms'}, '微信 48 小时窗口已关 · 已发短信提醒'],
        [{state: 'delivered', reason: 'window', fallback: 'template'}, '微信 48 小时窗口已关 · 已用模板消息提醒（已送达）'],
        [{state: 'failed', reason: 'unsure', fallback: 'call_back'}, '未送达 · 不确定市民是否收到 · 请回电'],
        [{state: 'failed', reason: 'window', fallback: 'call_back'}, '未送达 · 微信 48 小时窗口已关 · 请回电'],
      ]) {
        city.world.deliver(talk.id, delivery, {open: false, messages: 0})
        await page.locator('.turn--agent .turn__state', {hasText: words}).waitFor()
      }
      await page.locator('#reply-window', {hasText: '微信窗口已关，不能直接发消息'}).waitFor()
      await look('closed')
    } finally {
      await v.done()
      await city.stop()
    }
  })
}
