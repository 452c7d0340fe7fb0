// Axe on every page and state, narrow screens, elder mode, themes, print.
import assert from 'node:assert/strict'
import {after, before, test} from 'node:test'
import {ask, axe, browser, city, desktop, fits, pages, phone, unclear, visit} from './city.mjs'

let b, c, all
before(async () => {
  [b, c] = await Promise.all([browser(), city()])
  all = await pages(c.url)
})
after(async () => { await b?.close(); await c?.stop() })

const modes = {light: 'theme=light', dark: 'theme=dark', contrast: 'theme=contrast', elder: 'theme=light&elder=1'}

for (const [mode, query] of Object.entries(modes))
  test(`axe finds nothing: ${mode}`, async () => {
    const v = await visit(b, phone)
    const {page} = v
    await page.goto(`${c.url}/about?${query}`)
    for (const path of all) {
      await page.goto(c.url + path)
      await axe(page, `${mode} ${path}`)
    }
    await page.goto(c.url + '/chat')
    await ask(page, '身份证丢了咋补啊')
    await page.locator('summary', {hasText: '没用'}).click()
    await ask(page, await unclear(c.url))
    await ask(page, '火星怎么移民')
    await axe(page, `${mode} a talk`)
    await v.done()
  })

test('axe finds nothing on a desktop', async () => {
  const v = await visit(b, desktop)
  for (const path of all) {
    await v.page.goto(c.url + path)
    await axe(v.page, path)
  }
  await v.done()
})

for (const [name, query] of [['standard', 'elder=0'], ['elder', 'elder=1']])
  test(`no sideways scrolling at 320 px: ${name}`, async () => {
    const v = await visit(b, {viewport: {width: 320, height: 640}})
    const {page} = v
    await page.goto(`${c.url}/about?${query}`)
    for (const path of all) {
      await page.goto(c.url + path)
      await fits(page, `${name} ${path}`)
    }
    await page.goto(c.url + '/chat')
    await ask(page, '身份证丢了咋补啊')
    await fits(page, `${name} a talk`)
    await v.done()
  })

test('elder mode: body of 24 px, targets of 60 px, labels above values, two quick buttons', async () => {
  const v = await visit(b, phone)
  const {page} = v
  await page.goto(c.url + '/chat?elder=1')
  await ask(page, '身份证丢了咋补啊')
  const px = (selector, property) => page.locator(selector).first().evaluate((e, p) => parseFloat(getComputedStyle(e)[p]), property)
  for (const selector of ['.card__conclusion', '.facts dd', '.note', '.sources', '.turn__who'])
    assert.ok(await px(selector, 'fontSize') >= 23.9, `${selector}: ${await px(selector, 'fontSize')} px`)
  for (const selector of ['.quick button', '.composer__send', '.feedback__one', '.card__actions .button']) {
    const box = await page.locator(selector).first().boundingBox()
    assert.ok(box.height >= 60 - 0.5, `${selector} is ${box.height} px high`)
  }
  const [label, value] = [await page.locator('.facts dt').first().boundingBox(), await page.locator('.facts dd').first().boundingBox()]
  assert.ok(value.y >= label.y + label.height - 1, 'label above value')
  assert.equal(await page.locator('.quick button:visible').count(), 2)
  await v.done()
})

test('targets of 44 px and more on a phone', async () => {
  const v = await visit(b, phone)
  const {page} = v
  await page.goto(c.url + '/chat')
  await ask(page, '身份证丢了咋补啊')
  const small = await page.locator('.chip:visible, .button:visible, .composer__send, .composer__field, .feedback__one:visible').evaluateAll(all =>
    all.map(e => [e.textContent?.trim(), e.getBoundingClientRect().height]).filter(([, h]) => h < 43.5))
  assert.deepEqual(small, [])
  await v.done()
})

test('a first visit follows the device, without script too', async () => {
  for (const javaScriptEnabled of [true, false]) {
    const v = await visit(b, {...phone, colorScheme: 'dark', javaScriptEnabled})
    await v.page.goto(c.url + '/')
    assert.equal(await v.page.evaluate(() => getComputedStyle(document.body).backgroundColor).catch(() => ''), 'rgb(16, 22, 29)')
    await v.page.goto(c.url + '/?theme=light')
    assert.equal(await v.page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(242, 244, 247)')
    await v.done()
  }
})

test('a page that does not exist keeps the visitor’s looks', async () => {
  const v = await visit(b, phone)
  await v.page.goto(c.url + '/about?elder=1&theme=contrast')
  await v.page.goto(c.url + '/no-such-page')
  assert.equal(await v.page.getAttribute('html', 'data-theme'), 'contrast')
  assert.equal(await v.page.getAttribute('html', 'data-size'), 'elder')
  await v.done()
})

test('a guide has its own address, its fields, its law and a print view', async () => {
  const v = await visit(b, desktop)
  const {page} = v
  const item = all.find(p => p.startsWith('/items/'))
  await page.goto(c.url + item)
  assert.ok(await page.locator('.guide__facts > div').count() >= 3)
  assert.ok(await page.locator('.laws__list li').count() >= 1)
  assert.equal(await page.locator('.crumbs [aria-current="page"]').innerText(), await page.locator('h1').innerText())
  await page.emulateMedia({media: 'print'})
  assert.ok(await page.locator('.guide__side').isHidden())
  assert.ok(await page.locator('.tools').isHidden())
  assert.ok(await page.locator('.guide__facts').isVisible())
  await v.done()
})

test('search marks the words that matched, and says what to do when nothing did', async () => {
  const v = await visit(b, desktop)
  const {page} = v
  await page.goto(c.url + '/search?q=居住证')
  assert.ok((await page.locator('mark').allInnerTexts()).some(t => t.includes('居住证')))
  await page.locator('.hit__title').first().click()
  await page.locator('h1').waitFor()
  await page.goto(c.url + '/search?q=%F0%9F%A6%84')
  assert.match(await page.locator('main').innerText(), /没有找到/)
  await v.done()
})

test('the footer says who runs the site', async () => {
  const html = await (await fetch(c.url + '/')).text()
  for (const word of ['主办单位', '网站标识码', '备案号', '公安备案', '网站地图', '我为政府网站找错', 'name="SiteIDCode"', 'name="ColumnName"']) assert.ok(html.includes(word), word)
})

test('no link of the site is dead', async () => {
  const seen = new Set(), queue = ['/', '/sitemap'], dead = []
  while (queue.length > 0 && seen.size < 400) {
    const path = queue.pop()
    if (seen.has(path)) continue
    seen.add(path)
    const r = await fetch(c.url + path)
    if (r.status >= 400) dead.push([path, r.status])
    if (!(r.headers.get('content-type') ?? '').includes('text/html')) continue
    for (const [, href] of (await r.text()).matchAll(/href="(\/[^"#?]*)/g)) if (!seen.has(href)) queue.push(href)
  }
  assert.deepEqual(dead, [])
})
