// What the browser tests share: a running city, a browser, pages that fail on any script error or breach of the content policy.
import {chromium} from 'playwright-core'
import {AxeBuilder} from '@axe-core/playwright'
import assert from 'node:assert/strict'
import {execSync, spawn} from 'node:child_process'
import {existsSync, mkdtempSync, rmSync} from 'node:fs'
import {createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

const root = join(import.meta.dirname, '../..')

function freePort() {
  return new Promise((done, fail) => {
    const s = createServer().once('error', fail).listen(0, '127.0.0.1', () => {
      const {port} = s.address()
      s.close(() => done(port))
    })
  })
}

async function ready(url, alive) {
  for (let i = 0; i < 300; i++) {
    if (!alive()) break
    try {
      if ((await fetch(url + '/readyz')).ok) return
    } catch {
      // not listening yet
    }
    await new Promise(done => setTimeout(done, 100))
  }
  throw new Error(`the city did not get ready at ${url}`)
}

/** city starts bin/bangban with a data folder of its own, or uses the one at BANGBAN_URL. A function before the flags may fill the folder first. */
export async function city(...flags) {
  const fill = typeof flags[0] === 'function' ? flags.shift() : undefined
  if (process.env.BANGBAN_URL && flags.length === 0 && !fill) return {url: process.env.BANGBAN_URL, stop() {}}
  const binary = process.env.BANGBAN_BINARY ?? join(root, 'bin/bangban')
  if (!existsSync(binary)) throw new Error(`${binary} is missing: run make build`)
  const data = mkdtempSync(join(tmpdir(), 'bangban-web-'))
  fill?.(binary, data)
  const port = await freePort()
  const args = ['serve', '--data', data, '--listen', `127.0.0.1:${port}`, '--rate-limit', 'off', ...flags]
  const child = spawn(binary, args, {stdio: ['ignore', 'pipe', 'pipe']})
  let said = ''
  child.stdout.on('data', d => (said += d))
  child.stderr.on('data', d => (said += d))
  const url = `http://127.0.0.1:${port}`
  const stop = () => new Promise(done => {
    const gone = () => { rmSync(data, {recursive: true, force: true}); done() }
    if (child.exitCode !== null) return gone()
    child.once('exit', gone)
    child.kill('SIGTERM')
  })
  try {
    await ready(url, () => child.exitCode === null)
  } catch (error) {
    await stop()
    throw new Error(`${error.message}\n${said}`)
  }
  return {url, stop, said: () => said}
}

export async function browser() {
  const executablePath = process.env.CHROMIUM ?? execSync('command -v chromium').toString().trim()
  return chromium.launch({executablePath, args: ['--no-sandbox']})
}

export const phone = {viewport: {width: 390, height: 844}, deviceScaleFactor: 2, hasTouch: true, isMobile: true}
export const desktop = {viewport: {width: 1440, height: 900}}

/** visit opens a page in a fresh context. done closes it and fails if a script failed or the content policy was breached. */
export async function visit(b, options = {}) {
  const context = await b.newContext({locale: 'zh-CN', timezoneId: 'Asia/Shanghai', ...options})
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  const wrong = []
  page.on('pageerror', e => wrong.push(`script: ${e.message}`))
  page.on('console', m => { if (m.text().includes('Content Security Policy')) wrong.push(`policy: ${m.text()}`) })
  return {page, context, wrong, async done() { await context.close(); assert.deepEqual(wrong, []) }}
}

/** settled waits until nothing is on its way. */
export async function settled(page) {
  await page.waitForFunction(() => !document.querySelector('.waiting') && !document.querySelector('.turn--sending'))
}

/** ask types a question, sends it and returns the new turn when it is there. */
export async function ask(page, text) {
  const before = await page.locator('.turn--machine:not(.waiting)').count()
  await page.fill('#text', text)
  await page.click('.composer__send')
  await page.waitForFunction(n => document.querySelectorAll('.turn--machine:not(.waiting)').length > n, before)
  await settled(page)
  return page.locator('.turn--machine:not(.waiting)').nth(before)
}

/** unclear is a bare word that the city asks back about, whatever the knowledge of the day makes of each. */
export async function unclear(url) {
  for (const text of ['护照', '身份证', '驾照', '户口', '过户']) {
    const r = await fetch(url + '/chat', {method: 'POST', headers: {'Bangban-Fragment': '1', 'Sec-Fetch-Site': 'same-origin', 'Content-Type': 'application/x-www-form-urlencoded'}, body: new URLSearchParams({text})})
    if ((await r.text()).includes('data-options')) return text
  }
  throw new Error('the city asks back about none of the bare words')
}

export const last = page => page.locator('.turn--machine').last()

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** axe fails with every node that breaks a rule. */
export async function axe(page, where) {
  // Colours are judged when nothing fades any more.
  await page.evaluate(() => Promise.all(document.getAnimations().filter(a => a.effect?.getComputedTiming().iterations !== Infinity).map(a => a.finished.catch(() => undefined))))
  const result = await new AxeBuilder({page}).withTags(tags).analyze()
  assert.deepEqual(result.violations.map(v => [where, v.id, v.nodes.map(n => `${n.target} ${n.failureSummary}`)]), [])
}

/** fits fails when the page scrolls sideways. */
export async function fits(page, where) {
  const [inner, wide, who] = await page.evaluate(() => {
    const w = document.documentElement.clientWidth
    const out = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > w + 1 && !e.closest('.quick, .sr')).slice(0, 3)
    return [w, document.documentElement.scrollWidth, out.map(e => e.className || e.tagName)]
  })
  assert.ok(wide <= inner, `${where}: ${wide} px wide on a screen of ${inner} (${who})`)
}

/** links of the site's own pages, one of each kind. */
export async function pages(url) {
  const first = async (path, pattern) => {
    const html = await (await fetch(url + path)).text()
    return pattern.exec(html)?.[1]
  }
  const found = ['/', '/chat', '/items', '/life-events', '/points', '/search?q=居住证', '/search?q=%F0%9F%A6%84', '/answers', '/answers?no=A000', '/about', '/privacy',
    '/accessibility', '/sitemap', '/dev/gallery', '/no-such-page']
  const topic = await first('/items', /href="(\/topics\/[^"]+)"/)
  const item = topic && await first(topic, /href="(\/items\/[^"]+)"/)
  const event = await first('/life-events', /href="(\/life-events\/[^"]+)"/)
  const question = topic && await first(topic, /href="(\/faq\/[^"]+)"/)
  return found.concat([topic, item, event, question].filter(Boolean))
}
