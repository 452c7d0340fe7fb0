import {chromium} from 'playwright-core'
const base = process.env.BASE ?? 'http://127.0.0.1:18080'
const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox']})
const shots = process.argv.slice(2)
for (const spec of shots) {
  const [name, path, w = '390', h = '844', mode = ''] = spec.split('|')
  const ctx = await browser.newContext({viewport: {width: +w, height: +h}, deviceScaleFactor: +w > 600 ? 1 : 2, locale: 'zh-CN', hasTouch: +w < 600, isMobile: +w < 600})
  const page = await ctx.newPage()
  page.on('pageerror', e => console.log(name, 'PAGEERROR', e.message))
  page.on('console', m => { if (/error|warn/.test(m.type())) console.log(name, m.text()) })
  const q = path.includes('>>') ? path.split('>>') : [path]
  await page.goto(base + q[0], {waitUntil: 'networkidle'})
  for (const t of q.slice(1)) {
    if (t.startsWith('@')) { await page.click(t.slice(1)); await page.waitForTimeout(500); continue }
    await page.fill('#text', t); await page.click('.composer__send')
    await page.waitForFunction(() => !document.querySelector('.waiting') && !document.querySelector('.turn--sending'), null, {timeout: 8000})
    await page.waitForTimeout(300)
  }
  await page.screenshot({path: `/tmp/shots/${name}.png`, fullPage: mode === 'full'})
  await ctx.close()
}
await browser.close()
