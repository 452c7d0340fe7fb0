// What a first visit weighs.
import assert from 'node:assert/strict'
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {test} from 'node:test'
import {gzipSync} from 'node:zlib'

const dist = join(import.meta.dirname, '../dist')
const skip = existsSync(join(dist, 'assets.json')) ? false : 'not built'

test('the chat loads at most 40 kB, the widget 1.5 kB', {skip}, () => {
  const assets = JSON.parse(readFileSync(join(dist, 'assets.json'), 'utf8'))
  const weight = name => gzipSync(readFileSync(join(dist, assets[name])), {level: 9}).length
  const chat = ['portal.js', 'chat.js', 'portal.css', 'icons.svg'].reduce((n, name) => n + weight(name), 0)
  assert.ok(chat <= 40_000, `${chat} bytes`)
  assert.ok(weight('widget.js') <= 1500, `${weight('widget.js')} bytes`)
})

test('no host of a registry stands in the lock', () => {
  const lock = readFileSync(join(import.meta.dirname, '../package-lock.json'), 'utf8')
  assert.equal(/"resolved"/.test(lock), false)
})
