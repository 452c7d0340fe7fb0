// Sounds, made by the browser itself: two notes for a new offer, one for new words. They need one touch of the page first; sound()
// says whether they may be heard. What is new stands in the title until it has been seen.
import {ref} from 'vue'

let context: AudioContext | undefined
const storage = 'bangban.desk.sound'

export const soundOn = ref(localStorage.getItem(storage) !== 'off')
/** audible: unknown until somebody has touched the page; browsers keep pages silent before that. */
export const audible = ref(false)

export function setSound(on: boolean): void {
  soundOn.value = on
  localStorage.setItem(storage, on ? 'on' : 'off')
}

async function ready(): Promise<AudioContext | undefined> {
  try {
    context ??= new AudioContext()
    if (context.state === 'suspended') await Promise.race([context.resume(), new Promise(done => setTimeout(done, 300))])
    audible.value = context.state === 'running'
    return audible.value ? context : undefined
  } catch {
    audible.value = false
    return undefined
  }
}

/** unlock is called on a touch or a key: from then on sounds are heard. */
export const unlock = (): void => void ready()

function note(to: AudioContext, frequency: number, at: number, length: number): void {
  const tone = to.createOscillator()
  const volume = to.createGain()
  tone.frequency.value = frequency
  volume.gain.setValueAtTime(0, at)
  volume.gain.linearRampToValueAtTime(0.25, at + 0.02)
  volume.gain.exponentialRampToValueAtTime(0.001, at + length)
  tone.connect(volume).connect(to.destination)
  tone.start(at)
  tone.stop(at + length)
}

/** play returns false when nothing could be heard. */
export async function play(what: 'offer' | 'words', anyway = false): Promise<boolean> {
  if (!soundOn.value && !anyway) return false
  const to = await ready()
  if (!to) return false
  const at = to.currentTime
  if (what === 'offer') {
    note(to, 659, at, 0.35)
    note(to, 880, at + 0.22, 0.5)
  } else note(to, 587, at, 0.25)
  return true
}

const plain = document.title
let badge = 0

/** setBadge puts the number of unseen things into the title. */
export function setBadge(n: number): void {
  if (n === badge) return
  badge = n
  document.title = n > 0 ? `(${n}) ${plain}` : plain
}
