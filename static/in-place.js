// Sends a form and puts the page that answers in the place of this one. Loaded by portal.js for what
// people write about a case: a browser that sends such a form by itself keeps it, on its disk too, and
// asks to send it again when somebody comes back from a case. Here it is kept nowhere but on the page.

const PATIENCE = 60_000 // milliseconds; whoever waits longer is told that no answer came

const NOT_SENT = 'What you wrote was not sent. It is still on this page. Check your connection, then send it again'
const NO_ANSWER = 'The service gave no answer. What you wrote is still on this page. Send it again in a few minutes'

let sending = false

// `improve` does for a part of a page what portal.js does for a page that has loaded.
export async function send(form, improve) {
  if (sending) return
  sending = true
  const again = wait(form)
  const { page, problem } = await answerTo(form)
  again()
  sending = false
  if (page) show(page, form, improve)
  else complain(problem, form, improve)
}

// Says that the form is on its way, and lets nobody write what would be lost; returns what ends that.
function wait(form) {
  const status = form.querySelector('[role="status"]')
  const field = form.querySelector('textarea')
  const said = document.createElement('p')
  said.className = 'govuk-body'
  said.textContent = 'Sending…'
  status.replaceChildren(said)
  field.readOnly = true
  return () => {
    status.replaceChildren()
    field.readOnly = false
  }
}

async function answerTo(form) {
  try {
    const answer = await fetch(form.action, {
      method: 'POST',
      body: new URLSearchParams(new FormData(form)),
      cache: 'no-store',
      redirect: 'manual', // no other page knows what was written
      signal: AbortSignal.timeout?.(PATIENCE),
    })
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    // what comes from elsewhere, for instance from a proxy, is no page of the portal
    return page.getElementById('main-content') ? { page } : { problem: NO_ANSWER }
  } catch {
    return { problem: NOT_SENT }
  }
}

function show(page, form, improve) {
  document.title = page.title
  document.body.replaceChildren(...page.body.childNodes)
  history.replaceState(null, '', form.action) // as if the browser had gone there
  window.scrollTo(0, 0)
  improve(document)
  if (!document.querySelector('[data-in-place]')) giveBack(form)
  focus(document.querySelector('.govuk-error-summary, h1')) // whichever comes first
}

// A page that does not show what was written, for instance that the service is closed, gets it.
function giveBack(form) {
  const room = document.createElement('div')
  room.className = 'govuk-grid-row'
  room.innerHTML = `
    <div class="govuk-grid-column-two-thirds">
      <h2 class="govuk-heading-m">What you wrote</h2>
      <p class="govuk-body">It stands on this page and nowhere else. Copy it, or send it again from here.</p>
    </div>`
  room.firstElementChild.append(form)
  document.getElementById('main-content').append(room)
}

function complain(problem, form, improve) {
  document.querySelector('.govuk-error-summary')?.remove()
  const room = document.createElement('div')
  room.innerHTML = `
    <div class="govuk-error-summary" data-module="govuk-error-summary">
      <div role="alert">
        <h2 class="govuk-error-summary__title">There is a problem</h2>
        <div class="govuk-error-summary__body">
          <ul class="govuk-list govuk-error-summary__list">
            <li><a href="#${form.querySelector('textarea').id}">${problem}</a></li>
          </ul>
        </div>
      </div>
    </div>`
  document.getElementById('main-content').prepend(room)
  document.title = `Error: ${document.title.replace(/^Error: /, '')}`
  improve(room) // which moves the focus there
}

function focus(element) {
  element.tabIndex = -1
  element.focus()
}
