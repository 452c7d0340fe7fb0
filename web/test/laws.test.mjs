// The law library: the tab of the search, an article in its law, a citation that leads to it. The texts are of our own making.
import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {ask, axe, browser, city, desktop, fits, phone, visit} from './city.mjs'

const texts = {
  '行政法/居民身份证法(2003-06-28).md': '# 居民身份证法\n\n<!-- INFO END -->\n\n第十一条 试验用的旧条文。\n',
  '行政法/居民身份证法(2011-10-29).md': '# 居民身份证法\n\n2012年1月1日 施行\n\n<!-- INFO END -->\n\n## 第一章 总则\n\n第一条 这是试验用的文本。\n\n## 第二章 补领\n\n第十条 试验：先申请。\n\n第十一条 试验：证件丢了的，应当申请补领。\n\n| 证件 | 几日 |\n| --- | --- |\n| 补领的证件，名称很长很长很长很长很长很长 | 十日 |\n\n第十一条之一 试验：再丢一次，也是这样。\n\n第十二条 试验：六十日内发证。\n',
  '行政法规/渡口条例(2015-03-01).md': '# 渡口条例\n\n2015年3月1日 国务院令第656号公布\n\n<!-- INFO END -->\n\n第一条 渡船每年验一次。\n'
}

let b, c
before(async () => {
  const dir = mkdtempSync(join(tmpdir(), 'bangban-laws-'))
  for (const [name, text] of Object.entries(texts)) {
    mkdirSync(join(dir, name, '..'), {recursive: true})
    writeFileSync(join(dir, name), text)
  }
  const fill = (binary, data) => execFileSync(binary, ['import', '--data', data, '--laws', dir], {stdio: 'ignore'});
  [b, c] = await Promise.all([browser(), city(fill)])
  rmSync(dir, {recursive: true})
})
after(async () => { await b?.close(); await c?.stop() })

for (const [name, screen] of [['390', phone], ['1440', desktop]])
  test(`from the search to an article and on, without script, at ${name} px`, async () => {
    const v = await visit(b, {...screen, javaScriptEnabled: false})
    const {page} = v
    await page.goto(c.url + '/search?q=' + encodeURIComponent('证件丢了补领'))
    await page.getByRole('link', {name: '政策法规'}).click()
    const hit = page.locator('.hit').first()
    assert.match(await hit.innerText(), /居民身份证法 第十一条/)
    assert.ok(await hit.locator('mark').count() > 0, 'what matched is marked')
    await hit.getByRole('link').click()
    assert.match(await page.locator('h1').innerText(), /居民身份证法\s+第十一条/)
    assert.match(await page.locator('.article').innerText(), /应当申请补领/)
    assert.match(await page.locator('.lawfacts').innerText(), /现行有效[\s\S]*2012-01-01/)
    await page.getByRole('link', {name: /下一条 第十一条之一/}).click()
    assert.match(await page.locator('.article').innerText(), /再丢一次/)
    await page.getByRole('link', {name: '看整部法规'}).click()
    assert.match(await page.locator('main').innerText(), /第二章 补领[\s\S]*第十二条/)
    await page.getByRole('link', {name: '2003-06-28'}).click()
    assert.match(await page.locator('.state--warn').innerText(), /旧版本，已被新版替代/)
    await page.getByRole('link', {name: '看现行版本'}).click()
    assert.equal(await page.locator('.state--warn').count(), 0)
    await page.fill('#q', '渡口条例第一条')
    await page.getByRole('button', {name: '找一找'}).click()
    await v.done()
  })

test('an answer leads to the very article, and quotes it when asked what it rests on', async () => {
  const v = await visit(b, phone)
  const {page} = v
  await page.goto(c.url + '/chat')
  await ask(page, '身份证丢了咋补啊')
  const answer = await ask(page, '依据是什么')
  assert.match(await answer.innerText(), /“试验：证件丢了的，应当申请补领。/)
  await axe(page, 'an answer that quotes')
  await answer.locator('.sources__basis').getByRole('link', {name: '第十一条', exact: true}).click()
  assert.match(await page.locator('h1').innerText(), /居民身份证法\s+第十一条/)
  assert.match(await page.locator('main').innerText(), /依据这一条办的事/)
  await v.done()
})

const paths = ['/laws', '/laws?q=' + encodeURIComponent('渡船'), '/laws?q=%F0%9F%A6%84', '/laws?level=regulation', '/laws/' + encodeURIComponent('居民身份证法'),
  '/laws/' + encodeURIComponent('居民身份证法') + '/11', '/laws/' + encodeURIComponent('居民身份证法@2003-06-28') + '/11', '/search?q=%E8%AF%81']

for (const [mode, query] of Object.entries({light: 'theme=light&elder=0', contrast: 'theme=contrast', elder: 'theme=dark&elder=1'}))
  test(`axe finds nothing and nothing scrolls sideways: ${mode}`, async () => {
    const v = await visit(b, {viewport: {width: 320, height: 640}})
    const {page} = v
    await page.goto(`${c.url}/about?${query}`)
    for (const path of paths) {
      await page.goto(c.url + path)
      await axe(page, `${mode} ${path}`)
      await fits(page, `${mode} ${path}`)
    }
    await v.done()
  })
