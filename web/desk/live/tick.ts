// A clock in a worker: browsers slow the timers of pages in the background to one a minute, which would end the seat's lease.
setInterval(() => postMessage(0), 1000)
