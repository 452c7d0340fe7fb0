// Who and what one can choose: agents, teams, departments, topics. Read when a window needs it; a minute old is new enough.
import {defineStore} from 'pinia'
import {ref} from 'vue'
import {get} from '../base/call'
import type {Directory} from '../base/shapes'
import {setTopics} from '../base/topics'

export const useDirectory = defineStore('directory', () => {
  const known = ref<Directory>({})
  let at = 0

  /** load reads it; fresh where it matters who sits there now. */
  async function load(fresh = false): Promise<Directory> {
    if (fresh || Date.now() - at > 60_000) {
      known.value = await get<Directory>('/desk/agents')
      setTopics(known.value.topics ?? [])
      at = Date.now()
    }
    return known.value
  }

  return {known, load}
})
