// Pages work without this file. It improves the GOV.UK components that the service uses.
import {
  Button,
  Checkboxes,
  ErrorSummary,
  NotificationBanner,
  PasswordInput,
  ServiceNavigation,
  SkipLink,
  createAll,
} from 'govuk-frontend'

// A second press within a second is a slip of the hand, not a second wish.
createAll(Button, { preventDoubleClick: true })
createAll(Checkboxes)
createAll(ErrorSummary)
createAll(NotificationBanner)
createAll(PasswordInput)
createAll(ServiceNavigation)
createAll(SkipLink)

// On a narrow screen the results come first: the filters fold away, one press opens them again.
if (window.matchMedia('(max-width: 40em)').matches) {
  for (const panel of document.querySelectorAll('details[data-fold-when-narrow]')) panel.open = false
}

// The library's search field completes what is typed. That part comes after everything else.
const fields = document.querySelectorAll('[data-complete]')
if (fields.length) {
  const whenIdle = window.requestIdleCallback ?? ((work) => setTimeout(work, 200))
  whenIdle(async () => {
    const { completeIn } = await import(fields[0].dataset.completeScript)
    for (const field of fields) completeIn(field)
  })
}
