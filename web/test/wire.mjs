// A wire between browser and program that can be cut, or fall silent: a browser's own "offline" leaves open streams alone.
import net from 'node:net'

export function wire(port) {
  let held = false, cut = false
  const pairs = new Set()
  const server = net.createServer(near => {
    if (cut) return near.destroy()
    const far = net.connect(port, '127.0.0.1')
    const pair = [near, far]
    pairs.add(pair)
    for (const end of pair) {
      end.on('error', () => {})
      end.on('close', () => { near.destroy(); far.destroy(); pairs.delete(pair) })
    }
    near.on('data', d => held || far.write(d))
    far.on('data', d => held || near.write(d))
  })
  return new Promise(done => server.listen(0, '127.0.0.1', () => done({
    port: server.address().port,
    hold(v) { held = v },
    cut(v) { cut = v; if (v) for (const [near, far] of pairs) { near.destroy(); far.destroy() } },
    close: () => { for (const [near, far] of pairs) { near.destroy(); far.destroy() } return new Promise(d => server.close(d)) },
  })))
}
