// The QR code of the second factor, against codes that a reader has read.
import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {test} from 'node:test'
import ts from 'typescript'

const source = readFileSync(join(import.meta.dirname, '../desk/account/qr.ts'), 'utf8')
const script = ts.transpileModule(source, {compilerOptions: {target: 'es2022', module: 'esnext'}}).outputText
const {qr} = await import('data:text/javascript;base64,' + Buffer.from(script).toString('base64'))

const text = n => 'otpauth://totp/'.slice(0, n).padEnd(n, 'aZ9%=&b/')
const mark = n => createHash('sha256').update(qr(text(n)).path).digest('hex').slice(0, 12)

/** One length of each version; every length from 1 to 287 was read when these were taken. */
const read = [[1, 29, 'dbaa57c60c3f'], [15, 33, '630d79bd105c'], [27, 37, 'a03787ec519b'], [43, 41, '791f424e7bf6'], [63, 45, '034a795a0e5f'], [85, 49, 'f57a5dc65267'], [107, 53, 'ac1b0fd5fa7d'], [123, 57, 'd6f9d3100570'], [153, 61, 'db22fdfd0e17'], [181, 65, 'b5e85c6e2bc5'], [214, 69, '95b7c4a64824'], [252, 73, 'a1898fdea1d9']]

test('codes of every version are as they were when a reader read them', () => {
  for (const [n, side, hash] of read) {
    assert.equal(qr(text(n)).side, side, `${n} bytes`)
    assert.equal(mark(n), hash, `${n} bytes`)
  }
})

test('what is too long is refused', () => {
  assert.throws(() => qr('x'.repeat(288)), RangeError)
})
