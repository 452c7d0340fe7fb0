// What the tests of the desk's screens share: a seat with somebody on it.
import assert from 'node:assert/strict'
import {desktop, visit} from './city.mjs'

/** seat opens the desk as an agent who is logged in and has had the first day. */
export async function seat(b, city, number, options = desktop) {
  const v = await visit(b, options)
  await v.context.addInitScript(id => localStorage.setItem(`bangban.desk.first-day.u${id}`, 'done'), number)
  await login(v.page, city, number)
  await v.page.waitForSelector('.work')
  await v.page.waitForFunction(() => document.querySelector('[data-lamp]')?.getAttribute('data-state') === 'live')
  return v
}

export async function login(page, city, number, password = `pass-${number}-word`) {
  await page.goto(city.url + '/staff/login')
  await page.fill('#login-name', number)
  await page.fill('#login-password', password)
  await page.click('.login__go')
}

/** texts of the turns of the open talk, in order, without those of the house. */
export const turns = page => page.locator('.turn .turn__text').allTextContents()

export const announced = (page, words) => page.waitForFunction(w => document.querySelector('[data-announce]')?.textContent?.includes(w), words)

/** eventually waits until a condition of the city holds. */
export async function eventually(what, condition, span = 5000) {
  const end = Date.now() + span
  while (Date.now() < end) {
    if (await condition()) return
    await new Promise(done => setTimeout(done, 20))
  }
  assert.fail(`it never came true that ${what}`)
}
