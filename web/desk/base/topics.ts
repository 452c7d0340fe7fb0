// The names of topics (主题分类). Talks carry their code; a topic in an agent's own words stands for itself.
import {reactive} from 'vue'
import type {Named} from './shapes'

const names = reactive(new Map<string, string>())

export function setTopics(list: Named[]): void {
  for (const t of list) names.set(t.id, t.name)
}

export const topicName = (topic: string | undefined): string => names.get(topic ?? '') ?? topic ?? ''

/** topicOf is the code of a name, or the words as they were typed. */
export function topicOf(name: string): string {
  for (const [id, known] of names) if (known === name) return id
  return name
}
