// The pages of the desk, under /staff.
import {createRouter, createWebHistory} from 'vue-router'
import {Problem} from './base/call'
import {useSession} from './store/session'

export const router = createRouter({
  history: createWebHistory('/staff'),
  routes: [
    {path: '/login', name: 'login', component: () => import('./login/LoginPage.vue'), meta: {title: '登录', open: true}},
    {path: '/password', name: 'password', component: () => import('./login/PasswordPage.vue'), meta: {title: '换密码'}},
    {path: '/first-day', name: 'first-day', component: () => import('./firstday/FirstDayPage.vue'), meta: {title: '第一天'}},
    {path: '/', name: 'desk', component: () => import('./DeskPage.vue'), meta: {title: '坐席工作台'}},
    {path: '/talk/:id', name: 'talk', component: () => import('./DeskPage.vue'), meta: {title: '坐席工作台'}},
    {path: '/promises', name: 'promises', component: () => import('./promise/PromisesPage.vue'), meta: {title: '回拨与留言'}},
    {path: '/handover', name: 'handover', component: () => import('./handover/HandoverPage.vue'), meta: {title: '交接班'}},
    {path: '/wall', name: 'wall', component: () => import('./wall/WallPage.vue'), meta: {title: '班长看板'}},
    {path: '/account', name: 'account', component: () => import('./account/AccountPage.vue'), meta: {title: '我的账号'}},
    {path: '/:rest(.*)', redirect: '/'},
  ],
})

router.beforeEach(async to => {
  if (to.meta['open']) return true
  const session = useSession()
  if (!session.me) {
    try {
      await session.load()
    } catch (e) {
      if (e instanceof Problem && e.status === 401) return {name: 'login', query: to.fullPath === '/' ? {} : {next: to.fullPath}}
      return {name: 'login', query: {next: to.fullPath, lost: '1'}}
    }
  }
  if (session.me?.must_change && to.name !== 'password') return {name: 'password'}
  return true
})
