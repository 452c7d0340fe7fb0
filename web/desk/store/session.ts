// Who sits here.
import {defineStore} from 'pinia'
import {computed, ref} from 'vue'
import {get, post} from '../base/call'
import type {Account} from '../base/shapes'

export const useSession = defineStore('session', () => {
  const me = ref<Account>()
  const supervises = computed(() => me.value?.roles.some(r => r === 'supervisor') ?? false)

  async function load(): Promise<void> {
    me.value = (await get<{account: Account}>('/staff/me')).account
  }

  async function login(name: string, password: string, code: string): Promise<void> {
    const body = code ? {name, password, code} : {name, password}
    me.value = (await post<{account: Account}>('/staff/login', body)).account
  }

  async function logout(): Promise<void> {
    await post('/staff/logout')
    me.value = undefined
  }

  return {me, supervises, load, login, logout}
})
