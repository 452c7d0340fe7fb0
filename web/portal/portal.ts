// What every page gets once the script arrives: reading aloud, printing, copying an answer number. Without it the page works as it is.
import '../tokens.css'
import './portal.css'
import {reader} from './layout/reader'
import {speaker} from './turn/speaker'
import {copier} from './turn/copier'
import {looks} from './layout/looks'

looks()
for (const hidden of document.querySelectorAll<HTMLElement>('[data-script]')) hidden.hidden = false
for (const print of document.querySelectorAll<HTMLButtonElement>('[data-print]')) {
  print.hidden = false
  print.addEventListener('click', () => window.print())
}
reader(document)
speaker(document)
copier(document)
