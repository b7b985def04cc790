// Completes what is typed in a search field with titles and terms of the library. Loaded by portal.js
// when a page with such a field has nothing else to do; without it the field works as it is.
import accessibleAutocomplete from 'accessible-autocomplete'

const PAUSE = 150 // milliseconds without a key before the server is asked

export function completeIn(box) {
  const field = box.querySelector('input')
  const { form, value: typed } = field
  const focused = document.activeElement === field
  let asked
  let latest
  function source(words, show) {
    clearTimeout(asked)
    latest = words
    asked = setTimeout(async () => {
      try {
        const answer = await fetch(`${box.dataset.complete}?q=${encodeURIComponent(words)}`, {
          headers: { Accept: 'application/json' },
        })
        const found = answer.ok && !answer.redirected ? await answer.json() : []
        if (words === latest) show(found) // a slow answer to an earlier key comes too late
      } catch {
        show([]) // the search itself still works
      }
    }, PAUSE)
  }

  function search() {
    if (form.requestSubmit) form.requestSubmit()
    else form.querySelector('[type="submit"]').click()
  }

  const hint = document.getElementById(`${field.id}-hint`)?.textContent ?? ''
  box.replaceChildren()
  accessibleAutocomplete({
    element: box,
    id: field.id,
    name: field.name,
    defaultValue: typed,
    inputClasses: 'govuk-input',
    menuAttributes: { 'aria-label': 'Titles and terms of the library' },
    source,
    minLength: Number(box.dataset.completeFrom),
    confirmOnBlur: false,
    showNoOptionsFound: false,
    displayMenu: 'overlay',
    tAssistiveHint: () => `${hint} When there are suggestions, use the up and down arrows to hear them and Enter to search.`,
    tStatusQueryTooShort: () => '',
    tStatusNoResults: () => '',
    onConfirm(chosen) {
      if (chosen === undefined) return
      box.querySelector('input[role="combobox"]').value = chosen
      search()
    },
  })
  const made = box.querySelector('input[role="combobox"]')
  made.maxLength = field.maxLength
  made.enterKeyHint = 'search' // a field of type search would be emptied by Escape
  // Enter searches for what was typed, whether or not suggestions are open
  made.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return
    event.preventDefault()
    search()
  })
  // Escape among the suggestions leads back to the field, whose focus opens them again: so once more
  box.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.target === made) return
    made.focus()
    made.dispatchEvent(Object.assign(new Event('keydown', { bubbles: true }), { keyCode: 27 }))
  })
  // the component takes the hint away as soon as there is text; what to leave out holds all the same
  const description = made.getAttribute('aria-describedby')
  new MutationObserver(() => {
    if (!made.hasAttribute('aria-describedby')) made.setAttribute('aria-describedby', description)
  }).observe(made, { attributeFilter: ['aria-describedby'] })
  if (focused) {
    made.focus()
    // the component selects all: what is typed next belongs behind what was typed before
    requestAnimationFrame(() => made.setSelectionRange(typed.length, typed.length))
  }
}
