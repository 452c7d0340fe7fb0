// Who and what one can choose: agents, teams, departments, topics. Read when a window needs it; a minute old is new enough.
import {defineStore} from 'pinia'
import {ref} from 'vue'
import {get} from '../base/call'
import type {Directory} from '../base/shapes'

export const useDirectory = defineStore('directory', () => {
  const known = ref<Directory>({})
  let at = 0

  async function load(): Promise<Directory> {
    if (Date.now() - at > 60_000) {
      known.value = await get<Directory>('/desk/agents')
      at = Date.now()
    }
    return known.value
  }

  return {known, load}
})
