-- The claims of a page: the badge beside each equation, and the evidence that
-- it leads to.
local report = require 'report'
local ccode = require 'ccode'
local values = require 'values'
local M = {}
local rows, listed = {}, {}
local path, test_path
M.failures = {}

-- Holds the claims of the chapter against its equations (structure.lua's
-- items): each equation is a definition or has its claim, and conversely.
function M.check(items, build)
  if not report.number then return end
  path = build .. '/claims/' .. report.stem .. '.tsv'
  test_path = 'tests/test_' .. report.stem:gsub('%-', '_') .. '.c'
  for _, row in ipairs(report.tsv(path) or {}) do
    if rows[row.name] then
      report.problem(1, '%s: claim %s stands there twice', path, row.name)
    end
    rows[row.name] = row
    listed[#listed + 1] = row.name
  end
  local equation = {}
  for _, item in ipairs(items) do
    if item.kind == 'eq' then
      local name = item.label:gsub('^eq:', '')
      item.name, item.claim, equation[name] = name, rows[name], item
      item.row, item.row_line = ccode.claim_row(test_path, report.stem, name)
      if item.definition and (item.claim or item.row) then
        report.problem(item.line, '%s: a definition, but %s claims it',
                       item.label, test_path)
      elseif not item.definition and not item.claim and not item.row then
        report.problem(item.line,
          '%s: neither checked (no claim "%s" in %s) nor a .definition',
          item.label, name, test_path)
      end
    end
  end
  for _, name in ipairs(listed) do
    if not equation[name] then
      local _, line = ccode.claim_row(test_path, report.stem, name)
      report.problem(1, 'claim %s (%s%s) has no equation {#eq:%s} here', name,
                     test_path, line and ':' .. line or '', name)
    end
  end
end

-- The equations that claim something, in order.
function M.claimed(items)
  local out = {}
  for _, item in ipairs(items) do
    if item.kind == 'eq' and not item.definition then out[#out + 1] = item end
  end
  return out
end

-- "pass", or what else became of it, and the badge's text.
function M.verdict(item)
  local claim = item.claim
  if not claim then return 'notrun', '✗ not run' end
  if item.wrong or claim.verdict == 'refuted' then -- a published mistake
    if item.wrong and claim.verdict == 'refuted' then
      return 'refuted', '✗ ' .. values.short(claim.error)
    end
    return 'fail', item.wrong and '✗ not refuted' or '✗ not .wrong'
  end
  if claim.verdict == 'pass' then
    return 'pass', '✓ ' .. values.short(claim.error)
  elseif claim.verdict == 'REFUSED' then
    return 'refused', '✗ refused'
  end
  return 'fail', '✗ ' .. values.short(claim.error)
end

-- The equations that this build could not confirm.
function M.unconfirmed(items)
  local out = {}
  for _, item in ipairs(M.claimed(items)) do
    local state = M.verdict(item)
    if state ~= 'pass' and state ~= 'refuted' then out[#out + 1] = item end
  end
  return out
end

-- Keeps a failure for make, which ends with it after every page is woven.
function M.note_failures(items)
  for _, item in ipairs(M.unconfirmed(items)) do
    local state, text = M.verdict(item)
    M.failures[#M.failures + 1] = string.format(
      '%s:%d: equation (%s) %s: %s\n', report.file, item.line, item.number,
      item.name, text .. (state == 'fail' and ', tolerance '
        .. values.short(item.claim.tolerance) or ''))
  end
end

function M.badge(item)
  if item.definition then
    return '<span class="badge definition">definition</span>'
  end
  local state, text = M.verdict(item)
  return string.format('<a class="badge %s" href="%s#%s" data-claim="%s" '
    .. 'title="How %s was %s">%s%s</a>', state, M.page(), item.name, item.name,
    item.name, item.wrong and 'refuted' or 'checked',
    item.wrong and 'wrong ' or '', text)
end

-- The badge's text alone.
function M.badge_text(item)
  if item.definition then return 'definition' end
  local _, text = M.verdict(item)
  return (item.wrong and 'wrong ' or '') .. text
end

-- Where the evidence of this page's claims stands.
function M.page() return report.name .. '-evidence.html' end

-- For a page with failures, in its opening.
function M.banner(items)
  local links = {}
  for i, item in ipairs(M.unconfirmed(items)) do
    links[i] = string.format('<a href="#%s">(%s)</a>', item.label, item.number)
  end
  if #links == 0 then return {} end
  return { pandoc.RawBlock('html', '<p class="banner" role="alert">Of this '
    .. 'page’s equations, this build could not confirm '
    .. table.concat(links, ', ') .. '.</p>') }
end

local kinds = { GRADIENT = 'gradient', JACOBIAN = 'Jacobian',
  BACKWARD = 'the backward function', IDENTITY = 'identity',
  VALUE = 'worked numbers', STATEMENT = 'statement' }
local columns = {
  { 'error_cs', 'error, complex step' },
  { 'error_fd', 'error, finite differences' }, { 'error', 'error' },
  { 'tolerance', 'tolerance' }, { 'resolution', 'resolution' },
  { 'order', 'order of the remainder' }, { 'entries', 'numbers compared' },
  { 'cases', 'random cases' }, { 'redrawn', 'points redrawn' },
  { 'seed', 'seed' } }

function M.kind(claim)
  return kinds[claim.kind:upper()] or report.escape(claim.kind)
end

local function figures(item)
  local claim, out, state = item.claim, {}, (M.verdict(item))
  local function pair(name, value)
    out[#out + 1] = '<div><dt>' .. name .. '</dt><dd>' .. value .. '</dd></div>'
  end
  pair('verdict', state == 'pass' and 'pass' or
       state == 'refuted' and 'refuted, as it must be' or
       '<strong>' .. report.escape(claim.verdict) .. '</strong>')
  pair('kind', M.kind(claim))
  for _, c in ipairs(columns) do
    local value = claim[c[1]]
    local both = c[1] == 'error' and claim.error_cs and claim.error_cs ~= '-'
    if value and value ~= '-' and not both then
      local of = c[1] == 'tolerance' and claim.error_cs and claim.error_cs ~= '-'
                 and ', complex step' or ''
      pair(c[2] .. of, (values.pretty(value, 2)))
    end
  end
  return '<dl>' .. table.concat(out) .. '</dl>'
end

-- For each claim of the page, in order, what was found, as { item =, html = }:
-- both witnesses' figures and the C of its test.  link(path): URL of a source.
function M.evidence(items, link)
  local out, codes = {}, {}
  for _, item in ipairs(M.claimed(items)) do
    local parts = item.row and ccode.test_of(test_path, item.row) or {}
    parts[#parts + 1] = item.row and { text = item.row, line = item.row_line }
    for _, part in ipairs(parts) do codes[#codes + 1] = part.text end
    out[#out + 1] = { item = item, parts = parts }
  end
  local highlighted, n = ccode.highlight(codes), 0
  for _, found in ipairs(out) do
    local html = { found.item.claim and figures(found.item)
      or '<p>The run ended before it reached this claim.</p>' }
    for i, part in ipairs(found.parts) do
      n = n + 1
      html[#html + 1] = string.format('%s<p class="source"><a href="%s">%s</a>'
        .. ', line %d</p>%s', i == 1 and '<details><summary>Its test in C'
        .. '</summary>' or '', link(test_path), test_path, part.line,
        highlighted[n])
    end
    if #found.parts > 0 then html[#html + 1] = '</details>' end
    found.html = table.concat(html)
  end
  return out
end

return M
