// Builds the portal and the desk: dist/a/ holds files whose names carry a hash of their content, dist/assets.json maps logical names to them.
// Each text file gets a .gz and a .br beside it, so that the server never compresses.
import vue from '@vitejs/plugin-vue'
import {build} from 'vite'
import {createHash} from 'node:crypto'
import {mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {brotliCompressSync, constants, gzipSync} from 'node:zlib'

const root = import.meta.dirname
// What is being built stands aside until it is whole: a server or a test that runs meanwhile keeps what it has.
const place = join(root, 'dist')
const dist = join(root, 'node_modules/.bangban-dist')
const out = join(dist, 'a')
const assets = {}

/** First visits follow the device: the dark and contrast tokens answer the media queries as well, without a script. */
const deviceThemes = {
  name: 'device-themes',
  enforce: 'pre',
  transform(code, id) {
    if (!id.endsWith('/tokens.css')) return null
    const follow = (theme, query) => {
      const rules = [...code.matchAll(new RegExp(`\\[data-theme="${theme}"\\] (\\{[^}]*\\})`, 'g'))].map(m => m[1])
      if (rules.length === 0) throw new Error(`tokens.css: no ${theme} theme`)
      return `\n@media ${query} { ${rules.map(r => `:root:not([data-theme]) ${r}`).join('\n')} }`
    }
    return code + follow('dark', '(prefers-color-scheme: dark)') + follow('contrast', '(prefers-contrast: more)')
  },
}

const common = {
  root, configFile: false, logLevel: 'warn', publicDir: false, base: '/', plugins: [deviceThemes],
  build: {outDir: dist, assetsDir: 'a', emptyOutDir: false, target: 'es2020', cssTarget: ['chrome86', 'safari14'], modulePreload: false, assetsInlineLimit: 0},
}
const names = {entryFileNames: 'a/[name]-[hash].js', chunkFileNames: 'a/[name]-[hash].js', assetFileNames: 'a/[name]-[hash][extname]'}

function take(result) {
  for (const {output} of [result].flat())
    for (const file of output) {
      if (file.type === 'chunk' && file.isEntry) assets[file.name + '.js'] = file.fileName
      if (file.type === 'asset' && file.fileName.endsWith('.css')) assets[file.names[0]] = file.fileName
    }
}

/** The desk's own: one script, whatever it needs at once, one style sheet for all of its pages; pages are chunks that come when they are opened. */
function takeDesk(result) {
  const files = [result].flat().flatMap(r => r.output)
  const chunks = new Map(files.filter(f => f.type === 'chunk').map(f => [f.fileName, f]))
  const entry = [...chunks.values()].find(f => f.isEntry && f.name === 'desk')
  const sheets = files.filter(f => f.type === 'asset' && f.fileName.endsWith('.css'))
  if (!entry || sheets.length !== 1) throw new Error(`the desk has ${sheets.length} style sheets`)
  assets['desk.js'] = entry.fileName
  assets['desk.css'] = sheets[0].fileName
  const first = new Set()
  const need = name => {
    const chunk = chunks.get(name)
    if (!chunk || first.has(name)) return
    first.add(name)
    chunk.imports.forEach(need)
  }
  need(entry.fileName)
  // Whoever is logged in sees the three panes first.
  for (const chunk of chunks.values()) if (chunk.facadeModuleId?.endsWith('/DeskPage.vue')) need(chunk.fileName)
  return [...first, sheets[0].fileName]
}

function emit(name, text) {
  const hash = createHash('sha256').update(text).digest('base64url').slice(0, 8)
  const file = name.replace(/(\.[a-z]+)$/, `-${hash}$1`)
  writeFileSync(join(out, file), text)
  assets[name] = 'a/' + file
}

/** One sprite of the icons that are used. Lucide, ISC licence. */
function sprite() {
  const symbols = JSON.parse(readFileSync(join(root, 'icons.json'), 'utf8')).map(name => {
    const svg = readFileSync(join(root, 'node_modules/lucide-static/icons', name + '.svg'), 'utf8')
    const body = svg.slice(svg.indexOf('>', svg.indexOf('<svg')) + 1, svg.lastIndexOf('</svg>')).replace(/\s+/g, ' ').trim()
    return `<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg"><!-- Lucide, ISC licence, https://lucide.dev/license -->${symbols.join('')}</svg>`
}

function compress(dir) {
  for (const entry of readdirSync(dir, {withFileTypes: true})) {
    const file = join(dir, entry.name)
    if (entry.isDirectory()) compress(file)
    else if (/\.(js|css|svg)$/.test(entry.name)) {
      const raw = readFileSync(file)
      writeFileSync(file + '.gz', gzipSync(raw, {level: 9}))
      writeFileSync(file + '.br', brotliCompressSync(raw, {params: {[constants.BROTLI_PARAM_QUALITY]: 11}}))
    }
  }
}

rmSync(dist, {recursive: true, force: true})
mkdirSync(out, {recursive: true})
take(await build({...common, build: {...common.build, rollupOptions: {input: {portal: join(root, 'portal/portal.ts'), chat: join(root, 'portal/chat/chat.ts')}, output: names}}}))
take(await build({...common, build: {...common.build, rollupOptions: {input: {widget: join(root, 'widget/widget.ts')}, output: {...names, format: 'iife'}}}}))
// Other sites name this file: it keeps its name, and says no more than where the rest is.
writeFileSync(join(dist, 'widget.js'), readFileSync(join(dist, assets['widget.js'])))
emit('icons.svg', sprite())
const deskFirst = takeDesk(await build({
  ...common, plugins: [deviceThemes, vue()], define: {__ICONS__: JSON.stringify('/' + assets['icons.svg']), __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false', __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false'},
  build: {...common.build, target: 'es2022', cssTarget: 'es2022', cssCodeSplit: false, rollupOptions: {input: {desk: join(root, 'desk/main.ts')}, output: {...names, assetFileNames: 'a/desk-[hash][extname]'}}},
  worker: {format: 'es', rollupOptions: {output: names}},
}))
emit('mark.svg', readFileSync(join(root, 'portal/layout/mark.svg'), 'utf8'))
compress(dist)
writeFileSync(join(dist, 'assets.json'), JSON.stringify(assets, null, 2) + '\n')
const size = name => gzipSync(readFileSync(join(dist, assets[name])), {level: 9}).length
for (const name of Object.keys(assets)) console.log(`${name.padEnd(12)} ${assets[name].padEnd(28)} ${(size(name) / 1000).toFixed(1)} kB gz`)
const first = ['portal.js', 'chat.js'].reduce((n, name) => n + size(name), 0)
if (first > 40_000) throw new Error(`the chat's scripts weigh ${first} bytes, more than 40 kB`)
if (size('widget.js') > 1500) throw new Error(`widget.js weighs ${size('widget.js')} bytes, more than 1.5 kB`)
const desk = [...deskFirst, assets['icons.svg']].reduce((n, file) => n + gzipSync(readFileSync(join(dist, file)), {level: 9}).length, 0)
console.log(`desk, first load: ${(desk / 1000).toFixed(1)} kB gz`)
if (desk > 280_000) throw new Error(`the desk's first load weighs ${desk} bytes, more than 280 kB`)
rmSync(join(place, 'a'), {recursive: true, force: true})
mkdirSync(place, {recursive: true})
for (const entry of readdirSync(dist)) renameSync(join(dist, entry), join(place, entry))
