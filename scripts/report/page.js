'use strict'
// What the marts say is in REPORT: of each table [names, rows, {column: texts}]; of a column of few texts a row has the number.
// Nothing is computed here that a mart tells.

/** What report.py packed: JSON, gzipped and written in base64. */
async function unpacked(text) {
  const letters = atob(text), bytes = new Uint8Array(letters.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = letters.charCodeAt(i)
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).json()
}
const REPORT = await unpacked(DATA)

// --- Small tools ------------------------------------------------------------------------------------------------------

/** Rows whose cells are read by name, as they are asked for: there may be many. */
const rowsOf = ([names, rows, texts]) => {
  class Row { constructor(cells) { this.cells = cells } }
  names.forEach((name, i) => Object.defineProperty(Row.prototype, name, {get() {
    const cell = this.cells[i]
    return cell != null && texts[name] ? texts[name][cell] : cell
  }}))
  return rows.map(cells => new Row(cells))
}
const ACCOUNTS = rowsOf(REPORT.accounts)
const TEAM = rowsOf(REPORT.team)
const TIERS = rowsOf(REPORT.tiers).map(row => Object.fromEntries(REPORT.tiers[0].map(name => [name, row[name]])))
const GAPS = new Set(REPORT.gaps[1].map(([place]) => place))
const FACTORS = rowsOf(REPORT.factors)
const SIGNAL_TYPES = rowsOf(REPORT.signalTypes).map(row => row.signal_type)
const DAYS = rowsOf(REPORT.days)
const PRIMARY = TIERS.filter(tier => tier.is_primary)
const PLACE = new Map(ACCOUNTS.map((account, i) => [account.account_id, i]))
const DIMENSIONS = ['fit', 'intent', 'relationship', 'strategic']
const AS_OF = new Date(REPORT.asOf.replace(' ', 'T') + 'Z')
const DAY = 86400000
/** The tier of an account by its place, of a text with a letter for each; 0 where it is in none. */
const tiersIn = text => place => text.charCodeAt(place) - 48

/** Makes elements: `h('td', {class: 'number'}, 'text', element)`. Texts of data become text nodes, never markup. */
const maker = create => (name, attributes, ...children) => {
  const element = create(name)
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value)
    else if (value === true) element.setAttribute(key, '')
    else if (value !== false && value != null) element.setAttribute(key, value)
  }
  element.append(...children.flat(Infinity).filter(child => child != null && child !== false))
  return element
}
const h = maker(name => document.createElement(name))
const s = maker(name => document.createElementNS('http://www.w3.org/2000/svg', name))
const draw = (label, width, height, ...drawn) => s('svg', {viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label}, drawn)
const one = new Intl.NumberFormat('en', {maximumFractionDigits: 1, minimumFractionDigits: 1})
const whole = new Intl.NumberFormat('en', {maximumFractionDigits: 0})
const score = number => number == null ? '' : one.format(number)
const percent = (number, digits = 0) => number == null ? '' : (100 * number).toFixed(digits) + '%'
const signed = number => (number > 0 ? '+' : '') + score(number)
const money = amount => amount == null ? '' : amount >= 999500 ? '$' + one.format(amount / 1e6) + 'M'
  : amount >= 1000 ? '$' + whole.format(amount / 1000) + 'K' : '$' + whole.format(amount)
const words = name => (name || '').replaceAll('_', ' ')
const moment = text => text && new Date(text.replace(' ', 'T').slice(0, 19) + 'Z')
function ago(text) {
  if (!text) return 'never'
  return daysAgo(Math.floor(AS_OF / DAY) - Math.floor(moment(text.length > 10 ? text : text + ' 00:00:00') / DAY))
}
function daysAgo(days) {
  return days === 0 ? 'today' : days === 1 ? 'yesterday' : days < 0 ? `in ${-days} d` : `${days} d ago`
}
const tierMark = (number, name) => h('span', {class: `tier t${number}`}, name || (number ? `Tier ${number}` : 'Unranked'))
const linkTo = account => h('a', {href: `#account/${encodeURIComponent(account.account_id)}`}, account.account_name)
function responseMark(account) {
  const {response_status: status} = account
  if (!status) return null
  const kind = {overdue: 'bad', due: 'late', answered_late: 'late', answered_in_time: 'good'}[status]
  const since = status === 'overdue' ? ' ' + ago(account.respond_by).replace(' ago', '') : ''
  return h('span', {class: `mark ${kind}`}, words(status) + since)
}
/** Sorts lists by what stands in a place of each. */
const byPlace = (place, direction = 1) => (a, b) => direction * (a[place] - b[place])
const table = (columns, rows, attributes) => h('table', attributes,
  h('thead', {}, h('tr', {}, columns.map(([name, kind]) => h('th', {class: kind, scope: 'col'}, name)))),
  h('tbody', {}, rows.map(cells => h('tr', {}, cells.map((cell, i) =>
    cell instanceof HTMLTableCellElement ? cell : h('td', {class: columns[i][1]}, cell))))))
/** A part of a view; one that may scroll sideways can be reached by the keyboard. */
function card(title, note, ...content) {
  const scrolls = content.flat().some(each => each?.tagName === 'TABLE')
  return h('section', {class: 'card', ...(scrolls ? {tabindex: 0, 'aria-label': title} : {})},
    h('h3', {}, title, ' ', note && h('small', {}, note)), ...content)
}

// --- State is in the address ------------------------------------------------------------------------------------------

const VIEWS = {
  accounts: ['Accounts', showAccounts], team: ['Team', showTeam], flow: ['Tier flow', showFlow], models: ['Models', showModels],
  validation: ['Validation', showValidation], 'what-if': ['What if', showWhatIf], account: [null, showAccount],
}
if (!REPORT.validation[1].length) delete VIEWS.validation
function state() {
  const [path, query] = location.hash.slice(1).split('?')
  const [view, ...key] = path.split('/')
  return {view: VIEWS[view] ? view : 'accounts', key: decodeURIComponent(key.join('/')), asked: new URLSearchParams(query)}
}
/** Changes what is asked for, and shows it. */
function ask(changes) {
  const {view, key, asked} = state()
  for (const [name, value] of Object.entries(changes)) value ? asked.set(name, value) : asked.delete(name)
  const query = asked.toString()
  history.replaceState(null, '', `#${view}${key ? '/' + encodeURIComponent(key) : ''}${query ? '?' + query : ''}`)
  show(true)
}
function show(stays) {
  const {view, key, asked} = state()
  const main = document.getElementById('main')
  const focused = stays && document.activeElement?.id
  const caret = focused && document.activeElement.selectionStart
  document.getElementById('views').replaceChildren(...Object.entries(VIEWS).filter(([, [name]]) => name).map(([id, [name]]) =>
    h('a', {href: `#${id}`, 'aria-current': id === view || (view === 'account' && id === 'accounts') ? 'page' : null}, name)))
  main.replaceChildren(...[VIEWS[view][1](key, asked)].flat())
  document.title = (VIEWS[view][0] || ACCOUNTS[PLACE.get(key)]?.account_name || 'Account') + ' · Account priorities'
  if (focused) {
    const again = document.getElementById(focused)
    again?.focus()
    if (caret != null && again?.setSelectionRange && again.type === 'search') again.setSelectionRange(caret, caret)
  } else if (!stays) {
    scrollTo(0, 0)
  }
}

// --- Accounts ---------------------------------------------------------------------------------------------------------

const AT_ONCE = 100
const CHOSEN = {
  answer: ['Answer now', a => a.response_status === 'overdue' || a.response_status === 'due'],
  up: ['Moved up this week', a => a.days_in_tier < 7 && a.previous_tier_number > a.tier_number],
  down: ['Moved down', a => a.days_in_tier < 7 && a.previous_tier_number && a.previous_tier_number < a.tier_number],
  gaps: ['Coverage gaps', a => GAPS.has(a.priority_rank - 1)],
  deals: ['Open deals', a => a.open_opportunities > 0],
}
const SORTS = {
  rank: a => a.priority_rank, account: a => a.account_name.toLowerCase(), status: a => ['hot', 'warm', 'cold'].indexOf(a.engagement_status),
  owner: a => (a.owner_name || '~').toLowerCase(), touch: a => a.last_outbound_at || '', deal: a => -(a.open_opportunity_amount_usd || 0),
}
const SEARCHED = ACCOUNTS.map(a => `${a.account_name}\n${a.domain || ''}\n${a.account_id}`.toLowerCase())

function chosenAccounts(asked) {
  const text = (asked.get('q') || '').toLowerCase()
  const [, holds] = CHOSEN[asked.get('show')] || []
  const tests = [['tier', 'tier_number'], ['status', 'engagement_status'], ['owner', 'owner_id'], ['territory', 'territory']]
    .filter(([name]) => asked.get(name)).map(([name, column]) => a => String(a[column] ?? '-') === asked.get(name))
  const found = ACCOUNTS.filter((a, i) => (!text || SEARCHED[i].includes(text)) && (!holds || holds(a)) && tests.every(test => test(a)))
  const by = SORTS[asked.get('sort')] || SORTS.rank
  if (asked.get('sort')) found.sort((a, b) => by(a) < by(b) ? -1 : by(a) > by(b) ? 1 : a.priority_rank - b.priority_rank)
  return asked.get('down') ? found.reverse() : found
}
/** A bar of what each dimension adds to the score. */
function scoreBar(account) {
  const weights = PRIMARY[0] || {}
  return h('span', {class: 'bar', 'aria-hidden': 'true'}, DIMENSIONS.map(name =>
    h('i', {class: name, style: `width:${(weights[name + '_weight'] || 0) * (account[name + '_score'] || 0)}%`})))
}
function picker(id, label, all, values, asked) {
  return h('select', {id, 'aria-label': label, onchange: event => ask({[id]: event.target.value, more: ''})},
    h('option', {value: ''}, all),
    values.map(([value, name]) => h('option', {value, selected: asked.get(id) === String(value)}, name)))
}
const distinct = (column, name) => [...new Map(ACCOUNTS.map(a => [a[column] ?? '-', a[column] == null ? '(none)' : name(a)])).entries()]
  .sort((a, b) => a[1].localeCompare(b[1]))

function showAccounts(_, asked) {
  const found = chosenAccounts(asked)
  const shown = found.slice(0, AT_ONCE * (1 + Number(asked.get('more') || 0)))
  const chip = (name, value, label) => h('button', {id: `${name}-${value || 'all'}`,
    'aria-pressed': String((asked.get(name) || '') === value), onclick: () => ask({[name]: asked.get(name) === value ? '' : value, more: ''})}, label)
  const heading = (id, name, kind) => h('th', {class: kind, scope: 'col', 'aria-sort': (asked.get('sort') || 'rank') === id
    ? asked.get('down') ? 'descending' : 'ascending' : null},
  h('button', {id: `by-${id}`, onclick: () => ask({sort: id, down: asked.get('sort') === id && !asked.get('down') ? '1' : ''})}, name))
  return [
    h('h2', {class: 'skip'}, 'Accounts'),
    h('div', {class: 'row'}, chip('show', '', 'All'), Object.entries(CHOSEN).map(([id, [name]]) => chip('show', id, name))),
    h('div', {class: 'row'},
      h('input', {id: 'q', type: 'search', placeholder: 'Search account or domain', 'aria-label': 'Search account or domain',
        value: asked.get('q') || '', oninput: event => ask({q: event.target.value, more: ''})}),
      PRIMARY.map(tier => chip('tier', String(tier.tier_number), tier.tier)),
      picker('status', 'Status', 'Any status', ['hot', 'warm', 'cold'].map(name => [name, name]), asked),
      picker('owner', 'Owner', 'All owners', distinct('owner_id', a => a.owner_name || a.owner_id), asked),
      picker('territory', 'Territory', 'All territories', distinct('territory', a => a.territory), asked),
      h('span', {class: 'end dim', role: 'status'}, `${whole.format(found.length)} of ${whole.format(ACCOUNTS.length)} accounts`),
      h('button', {onclick: () => download(found)}, 'CSV')),
    h('p', {class: 'row dim'}, DIMENSIONS.map(name => h('span', {}, h('span', {class: `mark ${name}`, 'aria-hidden': 'true'}, '\u00a0'), ' ', name))),
    h('section', {class: 'card', tabindex: 0, 'aria-label': 'List of accounts'}, h('table', {class: 'accounts'},
      h('thead', {}, h('tr', {}, heading('rank', 'Rank', 'number'), heading('account', 'Account'), h('th', {scope: 'col'}, 'Tier'),
        h('th', {scope: 'col'}, 'Score'), heading('status', 'Status'), h('th', {scope: 'col'}, 'Next step'), h('th', {scope: 'col'}, 'Why now'),
        heading('owner', 'Owner'), heading('touch', 'Last touch'), heading('deal', 'Open deal', 'number'))),
      h('tbody', {}, shown.map(accountRow)))),
    shown.length < found.length && h('button', {id: 'more', onclick: () => ask({more: String(1 + Number(asked.get('more') || 0))})},
      `${whole.format(Math.min(AT_ONCE, found.length - shown.length))} more of ${whole.format(found.length - shown.length)}`),
  ].filter(Boolean)
}
function accountRow(account) {
  const rise = account.priority_rank_7d_ago && account.priority_rank_7d_ago - account.priority_rank
  const came = account.days_in_tier < 7 && account.previous_tier_number
  return h('tr', {},
    h('td', {class: 'number'}, account.priority_rank,
      rise ? h('span', {class: rise > 0 ? 'good' : 'bad'}, ` ${rise > 0 ? '▲' : '▼'}${Math.abs(rise)}`) : null),
    h('td', {}, h('strong', {}, linkTo(account)), h('div', {class: 'dim'}, [account.industry, account.territory].filter(Boolean).join(' · '))),
    h('td', {}, tierMark(account.tier_number, account.tier), came ? h('div', {class: 'dim'}, `from ${came}`) : null),
    h('td', {}, h('strong', {}, score(account.priority_score)), ' ', scoreBar(account)),
    h('td', {class: account.response_status || account.engagement_status !== 'cold' ? '' : 'optional'},
      h('span', {class: {hot: 'bad', warm: 'late'}[account.engagement_status] || 'dim'}, account.engagement_status), ' ', responseMark(account)),
    h('td', {class: 'wide'}, h('div', {class: 'clip'}, account.next_step)),
    h('td', {class: 'wide'}, h('div', {class: 'clip dim'}, account.why_now)),
    h('td', {class: 'optional'}, account.owner_name || account.owner_id || h('span', {class: 'late'}, 'nobody'),
      account.owner_is_active === false ? h('span', {class: 'mark late'}, 'left') : null),
    h('td', {class: 'optional'}, ago(account.last_outbound_at)),
    h('td', {class: 'number optional'}, money(account.open_opportunity_amount_usd), h('div', {class: 'dim'}, account.open_opportunity_stage)))
}
/** A file for spreadsheets, in which no cell is read as a formula. */
function csv(accounts) {
  const names = REPORT.accounts[0]
  const cell = value => {
    const text = value == null ? '' : String(value)
    return '"' + (typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? "'" : '') + text.replaceAll('"', '""') + '"'
  }
  return [names.map(cell).join(','), ...accounts.map(account => names.map(name => cell(account[name])).join(','))].join('\r\n') + '\r\n'
}
function download(accounts) {
  const link = h('a', {href: URL.createObjectURL(new Blob(['\ufeff', csv(accounts)], {type: 'text/csv'})), download: 'accounts.csv'})
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 1000)
}

// --- An account -------------------------------------------------------------------------------------------------------

const parts = new Map()
/** Called by each part of a large book as it is read. */
window.partRead = async (number, packed) => {
  parts.set(number, await unpacked(packed))
  show(true)
}
/** What is told of an account, or nothing while its part is being read. */
function detailsOf(place) {
  if (REPORT.details) return REPORT.details[place]
  const number = Math.floor(place / REPORT.parts.size)
  if (parts.has(number)) return parts.get(number)?.[place % REPORT.parts.size]
  parts.set(number, null)
  document.head.append(h('script', {src: `${REPORT.parts.folder}/${number}.js`}))
}
function showAccount(key) {
  const place = PLACE.get(key)
  const account = ACCOUNTS[place]
  if (!account) return h('p', {}, 'No ranked account has this id. ', h('a', {href: '#accounts'}, 'All accounts'))
  const details = detailsOf(place)
  const [told, contributions, signals, timeline, history, changes, gaps, others] = (details || []).map(list => list || [])
  REPORT.told.forEach((name, i) => { account[name] = told?.[i] })
  const rise = account.priority_score_7d_ago == null ? null : account.priority_score - account.priority_score_7d_ago
  return [
    h('div', {class: 'row'}, h('a', {href: '#accounts'}, '‹ accounts'), h('h2', {}, account.account_name), tierMark(account.tier_number, account.tier),
      h('strong', {class: {hot: 'bad', warm: 'late'}[account.engagement_status] || 'dim'}, account.engagement_status), responseMark(account),
      h('span', {class: 'dim'}, `rank ${account.priority_rank} · score ${score(account.priority_score)}`
        + (rise == null ? '' : ` (${signed(rise)} in a week)`) + ` · ${account.days_in_tier ? `in this tier ${account.days_in_tier} days` : 'in this tier since today'}`),
      account.crm_url && /^https?:/i.test(account.crm_url) ? h('a', {class: 'end', href: account.crm_url, rel: 'noreferrer'}, 'In the CRM') : null),
    h('section', {class: `card next ${account.next_step_code === 'respond' ? 'urgent' : ''}`},
      h('div', {}, h('strong', {}, 'Next: '), account.next_step || 'Nothing is open.'),
      account.why_now && h('div', {class: 'dim'}, `Why now: ${account.why_now}`),
      account.why_fit && h('div', {class: 'dim'}, `Why it fits: ${account.why_fit}`)),
    details ? h('div', {class: 'columns'},
      h('div', {}, waterfall(contributions), openGaps(account, gaps)),
      h('div', {}, signalsAndTouches(signals, timeline), whatChanged(history, changes), described(account, others)))
      : h('p', {role: 'status'}, 'Reading…'),
  ]
}
function waterfall(contributions) {
  const lines = contributions.map(([factor, ...line]) => [FACTORS[factor], ...line]).sort((a, b) => b[2] - a[2])
  const known = DIMENSIONS.filter(name => lines.some(([factor]) => factor.dimension === name))
  const all = [...known, ...new Set(lines.map(([factor]) => factor.dimension).filter(name => !known.includes(name)))]
  const body = all.flatMap(dimension => {
    const rows = lines.filter(([factor]) => factor.dimension === dimension)
    const sum = rows.reduce((total, row) => total + row[2], 0)
    const widest = Math.max(sum + rows.reduce((total, row) => total + row[3], 0), 0.001)
    let before = 0
    return [h('tr', {class: 'head'}, h('td', {}, words(dimension)), h('td', {class: 'number'}, score(sum)), h('td', {})),
      ...rows.map(([{factor_label: factor, label}, isUnknown, points, missing]) => {
        const starts = before
        before += Math.max(points, 0)
        const part = (width, kind) => width > 0 ? h('i', {class: kind, style: `width:${100 * width / widest}%`}) : null
        return h('tr', {},
          h('td', {}, label || factor, isUnknown ? [' ', h('span', {class: 'mark late'}, 'unknown')] : null),
          h('td', {class: 'number'}, signed(points)),
          h('td', {}, h('span', {class: 'bar', 'aria-hidden': 'true'}, part(starts, 'none'),
            part(points, known.includes(dimension) ? dimension : 'other'), part(missing, 'missing'))))
      })]
  })
  return card('Why this score', 'points of 100; hatched is what is missing', h('table', {class: 'waterfall'}, h('tbody', {}, body)))
}
function openGaps(account, gaps) {
  const list = (title, text) => text && [h('h3', {}, title), h('ul', {}, text.split('; ').map(line => h('li', {}, line)))]
  if (!account.gaps_to_act_on && !account.gaps_in_data && !gaps.length) return null
  return card('What one can do', null, list('Act', account.gaps_to_act_on), list('Find out', account.gaps_in_data),
    gaps.length ? [h('h3', {}, 'Coverage'), h('ul', {}, gaps.map(line => h('li', {}, line)))] : null)
}
function signalsAndTouches(signals, timeline) {
  const days = 90, there = ['signals', 'our touches', 'replies', 'deals opened', 'tier changes']
    .map((name, kind) => [name, timeline.filter(event => event[1] === kind), ['var(--intent)', 'var(--relationship)', 'var(--fit)'][kind] || 'var(--strategic)'])
    .filter(([, events]) => events.length)
  const x = before => 590 - 440 * before / days
  const picture = draw('Signals and touches of the last 90 days', 620, 26 * there.length + 24, 
    [0, 30, 60, 90].map(n => [s('line', {x1: x(n), x2: x(n), y1: 0, y2: 26 * there.length, stroke: 'var(--line)'}),
      s('text', {x: x(n), y: 26 * there.length + 16, 'text-anchor': 'middle'}, n ? `-${n} d` : 'today')]),
    there.map(([name, events, fill], i) => [s('text', {x: 0, y: 26 * i + 17}, name), events.map(([before, , count]) =>
      s('circle', {cx: x(before), cy: 26 * i + 13, r: Math.min(3 + count, 8), fill, 'fill-opacity': .8}))]))
  return card('Signals and touches', '90 days', there.length ? picture : h('p', {class: 'dim'}, 'None.'),
    table([['Signal'], ['Last'], ['30 days', 'number'], ['Points', 'number'], ['A week ago', 'number']], signals.sort(byPlace(3, -1)).map(([type, last, month, points, before]) =>
      [words(SIGNAL_TYPES[type]), daysAgo(last), month, score(points), score(before)])))
}
function whatChanged(history, changes) {
  const ranked = history.sort(byPlace(0)).map(([day, ...row]) => [DAYS[day].tier_date, ...row])
  const first = moment(ranked[0]?.[0] + ' 00:00:00'), last = moment(ranked.at(-1)?.[0] + ' 00:00:00')
  const x = day => 40 + 560 * (last - first ? (moment(day + ' 00:00:00') - first) / (last - first) : 1), y = points => 130 - 1.2 * points
  return card('What changed', null,
    ranked.length > 1 ? draw('Score by build day', 620, 150, 
      PRIMARY.filter(tier => tier.min_score != null).map(tier => [
        s('line', {x1: 40, x2: 600, y1: y(tier.min_score), y2: y(tier.min_score), stroke: 'var(--line)', 'stroke-dasharray': '4 3'}),
        s('text', {x: 0, y: y(tier.min_score) + 4}, tier.min_score)]),
      s('polyline', {points: ranked.map(row => `${x(row[0])},${y(row[1])}`).join(' '), fill: 'none', stroke: 'var(--ink)', 'stroke-width': 1.5}),
      ranked.map(row => s('circle', {cx: x(row[0]), cy: y(row[1]), r: 4, fill: `var(--tier-${Math.min(row[2], 4)})`})),
      s('text', {x: 40, y: 148}, ranked[0][0]), s('text', {x: 600, y: 148, 'text-anchor': 'end'}, ranked.at(-1)[0]))
      : h('p', {class: 'dim'}, 'One build day so far.'),
    changes.length ? table([['Day'], ['From'], ['To'], ['Why']], changes.map(([day, fromNumber, from, toNumber, to, why]) =>
      [day, tierMark(fromNumber, from), tierMark(toNumber, to), why])) : null)
}
function described(account, others) {
  const tier = PRIMARY.find(row => row.tier_number === account.tier_number) || {}
  const lines = [
    ['Owner', account.owner_name || account.owner_id || 'nobody'],
    ['Company', [account.industry, account.country, account.annual_revenue_usd && money(account.annual_revenue_usd) + ' revenue',
      account.employee_count && whole.format(account.employee_count) + ' people'].filter(Boolean).join(' · ')],
    ['Open deals', account.open_opportunities ? [`${account.open_opportunities}`, money(account.open_opportunity_amount_usd), account.open_opportunity_stage].filter(Boolean).join(' · ') : 'none'],
    ['Buying group', `${account.engaged_contacts} engaged, ${account.highest_engaged_seniority || 'nobody of rank'} at the top, ${account.engaged_departments} departments`],
    ['Last touch', `${account.last_outbound_type ? words(account.last_outbound_type) + ' ' : ''}${ago(account.last_outbound_at)}; last reply ${ago(account.last_inbound_at)}`],
    ['Next touch', account.next_touch_due_on ? `due ${account.next_touch_due_on}` : 'as it comes'],
    ['Treatment', [tier.covered_by, tier.touch_cadence, tier.program, tier.budget_max_usd && `${money(tier.budget_min_usd)} to ${money(tier.budget_max_usd)}`].filter(Boolean).join(' · ')],
    ['Other models', others.map(([model, points, tier]) => `${words(model)} ${score(points)} (${tier})`).join(' · ')],
  ]
  return card('Account and treatment', null, h('dl', {}, lines.filter(([, text]) => text).flatMap(([name, text]) => [h('dt', {}, name), h('dd', {}, text)])))
}

// --- Team, tier flow, models, validation ------------------------------------------------------------------------------

function showTeam() {
  const widest = Math.max(1, ...TEAM.map(rep => Math.max(rep.accounts, rep.account_capacity || 0)))
  return card('Who has room, and what lies unanswered', null, table(
    [['Rep'], ['Role'], ['Territory'], ['Accounts by tier'], ['Accounts', 'number'], ['Room', 'number'], ['Hot', 'number'], ['Overdue', 'number'],
      ['Untouched T1–2', 'number'], ['T1 touched', 'number'], ['Open deals', 'number']],
    TEAM.map(rep => [
      h('span', {class: rep.is_active ? '' : 'dim'}, h('strong', {}, rep.owner_name || rep.owner_id), rep.is_active ? '' : ' (left)'),
      rep.role, rep.territory,
      h('span', {class: 'bar', 'aria-hidden': 'true', style: 'width:220px'}, [1, 2, 3, 4].map(n =>
        h('i', {style: `width:${100 * rep[`tier_${n}_accounts`] / widest}%;background:var(--tier-${n})`}))),
      `${rep.accounts}${rep.account_capacity == null ? '' : ' of ' + whole.format(rep.account_capacity)}`,
      h('span', {class: rep.free_capacity < 0 ? 'bad' : ''}, rep.free_capacity == null ? '' : whole.format(rep.free_capacity)),
      rep.hot_accounts || '', rep.overdue_accounts ? h('span', {class: 'mark bad'}, rep.overdue_accounts) : '',
      rep.untouched_accounts || '', percent(rep.tier_1_touched_share), money(rep.open_opportunity_amount_usd)])))
}

const GONE = rowsOf(REPORT.gone)
/** The tier of each account on a day that was in one or is ranked now: by its place, or by its id where it is ranked no more. */
function tiersOn(day) {
  const tier = tiersIn(DAYS.find(row => row.tier_date === day).tiers)
  return new Map([...ACCOUNTS.map((_, place) => [place, tier(place)]),
    ...GONE.filter(row => row.tier_date === day).map(row => [row.account_id, row.tier_number])])
}
function showFlow(_, asked) {
  const days = DAYS.map(row => row.tier_date)
  if (days.length < 2) return h('p', {}, 'There is one build day so far: the flow between tiers shows from the second on.')
  const to = days.includes(asked.get('to')) ? asked.get('to') : days.at(-1)
  const from = days.includes(asked.get('from')) ? asked.get('from') : days[Math.max(0, days.indexOf(to) - 1)]
  const [before, after] = [tiersOn(from), tiersOn(to)]
  const moves = new Map(), moved = []
  for (const id of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before.get(id) || 0, after.get(id) || 0]
    if (!old && !now) continue
    moves.set(`${old}>${now}`, (moves.get(`${old}>${now}`) || 0) + 1)
    if (old !== now) moved.push([id, old, now])
  }
  const last = 99, place = tier => tier || last
  moved.sort((a, b) => (place(a[2]) - place(a[1])) - (place(b[2]) - place(b[1])) || (Number(a[0]) || 0) - (Number(b[0]) || 0))
  const choose = (id, chosen) => h('select', {id, onchange: event => ask({from, to, [id]: event.target.value})},
    days.map(day => h('option', {value: day, selected: day === chosen}, day)))
  return [
    h('div', {class: 'row'}, h('label', {}, 'From ', choose('from', from)), h('label', {}, 'to ', choose('to', to)),
      h('span', {class: 'end dim', role: 'status'}, `${whole.format(moved.length)} of ${whole.format([...after.values()].filter(Boolean).length)} accounts moved`)),
    h('div', {class: 'columns'}, card('Between the tiers', 'green: up; red: down or out', flowPicture(moves)),
      card('Who moved', null, table([['Account'], ['From'], ['To'], ['Owner']], moved.slice(0, 200).map(([id, old, now]) => {
        const account = ACCOUNTS[id]
        return [account ? linkTo(account) : id, tierMark(old), tierMark(now), account?.owner_name || '']
      })), moved.length > 200 ? h('p', {class: 'dim'}, `and ${whole.format(moved.length - 200)} more`) : null)),
  ]
}
function flowPicture(moves) {
  const numbers = [...new Set([...moves.keys()].flatMap(pair => pair.split('>').map(Number)))].sort((a, b) => (a || 99) - (b || 99))
  const total = [...moves.values()].reduce((sum, n) => sum + n, 0) || 1
  const scale = (440 - 16 * numbers.length) / total
  const side = index => {
    let y = 8
    return new Map(numbers.map(tier => {
      const count = [...moves].reduce((sum, [pair, n]) => sum + (Number(pair.split('>')[index]) === tier ? n : 0), 0)
      const at = {y, count, next: y}
      y += count * scale + 16
      return [tier, at]
    }))
  }
  const [left, right] = [side(0), side(1)]
  const name = tier => tier ? PRIMARY.find(row => row.tier_number === tier)?.tier || `Tier ${tier}` : 'Unranked'
  const pairs = [...moves].map(([pair, n]) => [...pair.split('>').map(Number), n]).sort((a, b) => (a[0] || 99) - (b[0] || 99) || (a[1] || 99) - (b[1] || 99))
  return draw('Flow of accounts between tiers', 620, 460, 
    pairs.map(([from, to, n]) => {
      const [a, b, wide] = [left.get(from), right.get(to), n * scale]
      const [y, z] = [a.next + wide / 2, b.next + wide / 2]
      a.next += wide
      b.next += wide
      const colour = from === to ? 'var(--line)' : (to || 99) < (from || 99) ? 'var(--good)' : 'var(--bad)'
      return s('path', {d: `M110 ${y}C310 ${y} 310 ${z} 510 ${z}`, fill: 'none', stroke: colour, 'stroke-opacity': .55, 'stroke-width': Math.max(wide, 1)},
        s('title', {}, `${name(from)} to ${name(to)}: ${n}`))
    }),
    [[left, 100, 95, 'end'], [right, 510, 525, 'start']].map(([tiers, x, label, anchor]) => [...tiers].filter(([, at]) => at.count).map(([tier, at]) => [
      s('rect', {x, y: at.y, width: 10, height: Math.max(at.count * scale, 1), fill: tier ? `var(--tier-${Math.min(tier, 4)})` : 'var(--dim)'}),
      s('text', {x: label, y: at.y + at.count * scale / 2 + 4, 'text-anchor': anchor}, `${name(tier)} ${whole.format(at.count)}`)])))
}

function showModels(_, asked) {
  const others = rowsOf(REPORT.models), names = others.map(row => row.scoring_model)
  if (!names.length) return h('p', {}, 'There is one scoring model.')
  const chosen = names.includes(asked.get('model')) ? asked.get('model') : names[0]
  const theirs = tiersIn(others.find(row => row.scoring_model === chosen).tiers)
  const other = account => theirs(account.priority_rank - 1)
  const both = ACCOUNTS.filter(other)
  const columns = TIERS.filter(tier => tier.scoring_model === chosen)
  const count = (mine, tier) => both.filter(a => a.tier_number === mine && other(a) === tier).length
  const apart = both.filter(a => Math.abs(a.tier_number - other(a)) >= 2)
  return [
    h('div', {class: 'row'}, h('label', {}, `${words(PRIMARY[0]?.scoring_model)} (primary) beside `,
      h('select', {id: 'model', onchange: event => ask({model: event.target.value})},
        names.map(name => h('option', {value: name, selected: name === chosen}, words(name)))))),
    h('div', {class: 'columns'},
      card('Tiers of the two models', `of ${whole.format(both.length)} accounts that both rank; rows: primary`, table(
        [['', ''], ...columns.map(tier => [tier.tier, 'number'])],
        PRIMARY.map(mine => [h('th', {scope: 'row'}, mine.tier), ...columns.map(tier => {
          const n = count(mine.tier_number, tier.tier_number)
          return h('td', {class: 'number', style: n ? `background:color-mix(in srgb, var(--tier-2) ${Math.min(60, 8 + 60 * n / both.length)}%, transparent)` : ''}, n || '')
        })]))),
      card('Two tiers or more apart', whole.format(apart.length), table([['Account'], ['Primary'], [words(chosen)]],
        apart.slice(0, 200).map(a => [linkTo(a), tierMark(a.tier_number, a.tier), tierMark(other(a), columns.find(tier => tier.tier_number === other(a))?.tier)])), apart.length > 200 ? h('p', {class: 'dim'}, `and ${whole.format(apart.length - 200)} more`) : null)),
  ]
}

function showValidation() {
  const bands = rowsOf(REPORT.bands).filter(row => row.band_kind === 'tier' && row.scoring_model === PRIMARY[0]?.scoring_model)
  return [
    card('Do higher scores come true more often?', 'all scored days whose window has passed; auc 0.5 is chance', table(
      [['Model'], ['Score'], ['Outcome'], ['Accounts', 'number'], ['With the outcome', 'number'], ['AUC', 'number'], ['95%', 'number'], ['Lift of the top 10%', 'number'], ['Hindsight', 'number'], ['Verdict']],
      rowsOf(REPORT.validation).map(row => [words(row.scoring_model), words(row.score_name), words(row.outcome), whole.format(row.accounts), whole.format(row.positives),
        row.auc == null ? '' : row.auc.toFixed(3), row.auc_low == null ? '' : `${row.auc_low.toFixed(3)}–${row.auc_high.toFixed(3)}`,
        row.lift_top_10pct == null ? '' : row.lift_top_10pct.toFixed(1), percent(row.hindsight_share),
        h('span', {class: {better: 'good', no_better_than_chance: 'bad'}[row.verdict] || 'dim'}, words(row.verdict))]))),
    card('What each tier brought', words(PRIMARY[0]?.scoring_model), table(
      [['Outcome'], ['Tier'], ['Accounts', 'number'], ['Rate', 'number'], ['95%', 'number'], ['Lift', 'number'], ['Won', 'number']],
      bands.map(row => [words(row.outcome), row.band, whole.format(row.accounts), percent(row.conversion_rate, 1), `${percent(row.rate_low, 1)}–${percent(row.rate_high, 1)}`,
        row.lift == null ? '' : row.lift.toFixed(1), money(row.won_amount_usd)]))),
  ]
}

// --- What if: the steps of the tiers, with other numbers --------------------------------------------------------------

const FIELD_REPS = TEAM.filter(rep => rep.is_active && rep.role === 'field').length
/** The tier of each account before the last build, by which it may be held. */
const heldFrom = tiersIn(DAYS.filter(row => row.tier_date < REPORT.asOf.slice(0, 10)).at(-1)?.tiers || '')
/** How many accounts a share of so many is, rounded up, without a float's error. */
const shareOf = (share, accounts) => Math.ceil(Number((share * accounts).toFixed(9)))

/** What the tier of each account depends on; read once, as it is asked for at every move. */
let judged
const accountsJudged = () => judged ??= ACCOUNTS.map((a, place) => ({place, score: a.priority_score, points: DIMENSIONS.map(name => a[name + '_score'] || 0),
  isHot: a.engagement_status === 'hot', isStrategic: a.is_strategic, override: a.override_tier_number, heldFrom: heldFrom(place)}))

/** The tiers of all accounts, in the order of ACCOUNTS, under some rules. */
function tiersUnder(tiers, weights) {
  const accounts = accountsJudged(), last = tiers.at(-1).tier_number
  const scores = DIMENSIONS.every(name => (weights[name] || 0) === (PRIMARY[0][name + '_weight'] || 0)) ? accounts.map(a => a.score)
    : accounts.map(a => DIMENSIONS.reduce((sum, name, i) => sum + (weights[name] || 0) * a.points[i], 0))
  const hotTier = tiers.find(tier => tier.promote_hot)?.tier_number ?? Infinity
  const stands = (a, tier) => !a.isStrategic && a.override == null && !(a.isHot && tier > hotTier)
  const found = new Array(accounts.length), lines = new Map(tiers.map(tier => [tier.tier_number, []]))
  for (const a of [...accounts].sort((a, b) => scores[b.place] - scores[a.place] || a.place - b.place)) {
    const points = scores[a.place], held = tiers.find(each => each.tier_number === a.heldFrom)
    let tier = tiers.find(each => each.min_score == null || points >= each.min_score)?.tier_number ?? last
    if (held && held.tier_number < tier && held.min_score != null && points >= held.min_score - (held.demotion_margin || 0)) tier = held.tier_number
    found[a.place] = tier
    if (stands(a, tier)) lines.get(tier).push(a)
  }
  tiers.slice(0, -1).forEach((tier, n) => {
    const limits = [tier.max_accounts, FIELD_REPS && tier.max_accounts_per_rep != null ? tier.max_accounts_per_rep * FIELD_REPS : null].filter(most => most != null).map(Math.floor)
    if (tier.max_share != null) limits.push(shareOf(tier.max_share, accounts.length))
    const line = lines.get(tier.tier_number), below = tiers[n + 1].tier_number
    const over = limits.length ? line.splice(Math.min(...limits)) : []
    for (const a of over) found[a.place] = below
    lines.set(below, [...over.filter(a => stands(a, below)), ...lines.get(below)])
  })
  return accounts.map(a => a.override ?? (a.isStrategic ? tiers[0].tier_number : a.isHot ? Math.min(found[a.place], hotTier) : found[a.place]))
}

/** Whether today's rules give today's tiers; not known before it is asked. */
let isTrue
function showWhatIf(_, asked) {
  if (!PRIMARY.length || !ACCOUNTS.length) return h('p', {}, 'No account is ranked.')
  const given = (name, value) => asked.has(name) ? Number(asked.get(name)) : value
  const weights = Object.fromEntries(DIMENSIONS.map(name => [name, given(`w-${name}`, PRIMARY[0][name + '_weight'] || 0)]))
  const tiers = PRIMARY.map(tier => ({...tier, min_score: tier.min_score == null ? null : given(`from-${tier.tier_number}`, tier.min_score),
    max_share: tier.max_share == null ? null : given(`share-${tier.tier_number}`, tier.max_share)}))
  const began = performance.now()
  const found = tiersUnder(tiers, weights)
  const took = performance.now() - began
  const today = ACCOUNTS.map(a => a.tier_number)
  isTrue ??= tiersUnder(PRIMARY, Object.fromEntries(DIMENSIONS.map(name => [name, PRIMARY[0][name + '_weight'] || 0]))).every((tier, i) => tier === today[i])
  const moved = ACCOUNTS.map((a, i) => [a, found[i]]).filter(([a, tier]) => a.tier_number !== tier)
  const count = (list, tier) => list.reduce((sum, each) => sum + (each === tier), 0)
  const slider = (id, label, value, most, step, shown) => h('label', {}, label,
    h('input', {id, type: 'range', min: 0, max: most, step, value, oninput: event => ask({[id]: event.target.value})}), h('output', {for: id}, shown))
  const sum = DIMENSIONS.reduce((total, name) => total + weights[name], 0)
  const widest = Math.max(...PRIMARY.map(tier => Math.max(count(today, tier.tier_number), count(found, tier.tier_number))), 1)
  return h('div', {class: 'columns narrow'},
    h('section', {class: 'card sliders'}, h('h3', {}, 'Rules'),
      tiers.filter(tier => tier.min_score != null).map(tier => slider(`from-${tier.tier_number}`, `${tier.tier} from`, tier.min_score, 100, 1, score(tier.min_score))),
      h('hr'), tiers.filter(tier => tier.max_share != null).map(tier => slider(`share-${tier.tier_number}`, `${tier.tier} holds`, tier.max_share, 1, .01, percent(tier.max_share))),
      h('hr'), DIMENSIONS.filter(name => PRIMARY[0][name + '_weight'] != null).map(name => slider(`w-${name}`, name, weights[name], 1, .01, weights[name].toFixed(2))),
      h('p', {class: Math.abs(sum - 1) < .0005 ? 'dim' : 'late'}, `Weights add up to ${sum.toFixed(2)}`),
      h('button', {id: 'as-today', onclick: () => { history.replaceState(null, '', '#what-if'); show(true) }}, 'As today'),
      h('p', {id: 'proof', class: isTrue ? 'good' : 'bad'}, isTrue ? 'With today\'s rules this gives today\'s tier for every account.'
        : 'With today\'s rules this does not give today\'s tier for every account: do not rest on it.')),
    h('div', {},
      card('Accounts in each tier', 'grey: today', table([['Tier'], ['Today', 'number'], [''], ['Then', 'number'], ['', 'number']], PRIMARY.map(tier => {
        const [now, then] = [count(today, tier.tier_number), count(found, tier.tier_number)]
        return [tierMark(tier.tier_number, tier.tier), whole.format(now), h('span', {'aria-hidden': 'true'},
          h('i', {style: `display:block;height:7px;background:var(--dim);opacity:.5;width:${100 * now / widest}%`}),
          h('i', {style: `display:block;height:9px;background:var(--tier-${Math.min(tier.tier_number, 4)});width:${100 * then / widest}%`})),
        h('strong', {}, whole.format(then)), then === now ? '' : h('span', {class: then > now ? 'good' : 'bad'}, `${then > now ? '+' : ''}${then - now}`)]
      })), h('p', {class: 'dim', role: 'status'}, `${whole.format(moved.length)} accounts would move (${took.toFixed(0)} ms).`)),
      moved.length ? card('Who would move', null, table([['Account'], ['Score', 'number'], ['From'], ['To'], ['Owner']], moved.slice(0, 200).map(([a, tier]) =>
        [linkTo(a), score(a.priority_score), tierMark(a.tier_number, a.tier), tierMark(tier, PRIMARY.find(row => row.tier_number === tier)?.tier), a.owner_name || '']))) : null))
}

// --- Begin ------------------------------------------------------------------------------------------------------------

const unranked = rowsOf(REPORT.unranked).reduce((sum, row) => sum + row.accounts, 0)
document.getElementById('asof').textContent = `as of ${REPORT.asOf} UTC · ${whole.format(ACCOUNTS.length)} ranked accounts · ${whole.format(unranked)} not ranked`
addEventListener('hashchange', () => show())
Object.assign(window, {ACCOUNTS, csv}) // for the console
show()
