// The page shows what its back end tells. It has no token and no password.
const element = id => document.getElementById(id)
const show = (id, text) => { if (element(id).textContent !== text) element(id).textContent = text }
const clock = ms => new Date(ms).toLocaleTimeString([], {hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false})
const times = n => n === 1 ? 'once' : n === 0 ? 'not yet' : n + ' times'

let session = null // what the back end said last
let ahead = 0 // of its clock over ours, in milliseconds

const post = (path, body) => fetch(path, {method: 'POST', body})

// take shows a session.
function take(next) {
  session = next
  ahead = next ? next.now - Date.now() : 0
  document.body.dataset.state = !next ? 'out' : next.ended ? 'ended' : 'in'
  if (!next) return
  show('who', next.ended ? '' : next.user)
  show('issued', clock(next.issued))
  show('expires', clock(next.expires))
  show('calls', times(next.calls))
  show('renewals', times(next.renewals))
  element('automatic').checked = next.automatic
  element('events').replaceChildren(...next.events.toReversed().map(event => {
    const line = document.createElement('li')
    line.className = event.kind
    const time = document.createElement('time')
    time.textContent = clock(event.at)
    line.append(time, ' ' + event.text)
    return line
  }))
  tick()
}

// tick shows how much of the token's life is left.
function tick() {
  if (!session) return
  const left = session.expires - (Date.now() + ahead)
  const part = Math.min(1, Math.max(0, left / (session.expires - session.issued)))
  const state = session.ended ? 'revoked' : left <= 0 ? 'expired' : part < 0.25 ? 'ending' : 'valid'
  document.body.dataset.token = state
  show('state', {revoked: 'Revoked', expired: 'Expired', ending: 'Valid', valid: 'Valid'}[state])
  show('left', state === 'revoked' ? 'Refused' : Math.ceil(Math.max(0, left) / 1000) + ' s')
  show('left-note', state === 'revoked' ? 'everywhere, whether it has expired or not' :
    state !== 'expired' ? 'left' : session.automatic ? 'the next call renews it' : 'the next call is refused')
  element('bar-fill').style.width = (session.ended ? 0 : 100 * part) + '%'
  element('bar').setAttribute('aria-valuenow', Math.round(100 * part))
}

async function refresh() {
  take(await (await fetch('/session')).json())
}

async function call(api) {
  const answer = await post('/call/' + api)
  if (answer.ok) {
    const {status, text} = await answer.json()
    const badge = document.createElement('span')
    badge.className = 'badge ' + (status === 200 ? 'good' : 'bad')
    badge.textContent = status
    element(api).replaceChildren(badge, ' ' + text)
  }
  await refresh()
}

// working runs an action while a button shows that it is busy.
const working = action => async event => {
  const button = event.currentTarget
  button.disabled = true
  try { await action(button) } finally { button.disabled = false }
}

for (const button of document.querySelectorAll('button.call')) button.onclick = working(() => call(button.dataset.api))
element('call').onclick = working(() => Promise.all([call('orders'), call('invoices')]))
element('renew').onclick = working(async () => { await post('/renew'); await refresh() })
element('automatic').onchange = async event => {
  await post('/automatic', new URLSearchParams({on: event.currentTarget.checked}))
  await refresh()
}
document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh() })
setInterval(tick, 200)
await refresh()
