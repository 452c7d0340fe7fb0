// The practice talk that is going on, if any: the desk shows a strip for it, and comes back when it is answered.
import {reactive} from 'vue'

export const practice = reactive({id: '', finished: false})
