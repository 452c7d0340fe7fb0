// The agents' desk (坐席工作台): what starts first. Every page is a chunk of its own.
import {createPinia} from 'pinia'
import {createApp} from 'vue'
import '../tokens.css'
import './base/element.css'
import './base/base.css'
import App from './App.vue'
import {whenSignedOut} from './base/call'
import {unlock} from './live/sound'
import {router} from './routes'
import {useDesk} from './store/desk'
import {useSession} from './store/session'

const app = createApp(App)
app.use(createPinia())
app.use(router)

whenSignedOut(() => {
  useSession().me = undefined
  useDesk().stop()
  const here = router.currentRoute.value
  if (here.name !== 'login') void router.push({name: 'login', query: {next: here.fullPath, ended: '1'}})
})
for (const touch of ['pointerdown', 'keydown'] as const) addEventListener(touch, unlock, {once: true})

app.mount('#app')
