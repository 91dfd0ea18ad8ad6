-- The claims of a page: the badge beside each equation, and the evidence for
-- it at the page's end.
local report = require 'report'
local ccode = require 'ccode'
local values = require 'values'
local typeset = require 'typeset'
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

-- "pass", or what else became of it, and the badge's text.
local function verdict(item)
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

-- Keeps a failure for make, which ends with it after every page is woven.
function M.note_failures(items)
  for _, item in ipairs(items) do
    if item.kind == 'eq' and not item.definition then
      local state, text = verdict(item)
      if state ~= 'pass' and state ~= 'refuted' then
        M.failures[#M.failures + 1] = string.format(
          '%s:%d: equation (%s) %s: %s', report.file, item.line, item.number,
          item.name, text .. (state == 'fail' and ', tolerance '
            .. values.short(item.claim.tolerance) or ''))
      end
    end
  end
end

function M.badge(item)
  if item.definition then
    return '<span class="badge definition">definition</span>'
  end
  local state, text = verdict(item)
  return string.format('<a class="badge %s" href="#evidence-%s" '
    .. 'title="How %s was %s">%s%s</a>', state, item.name, item.name,
    item.wrong and 'refuted' or 'checked', item.wrong and 'wrong ' or '', text)
end

-- For a page with failures, in its opening.
function M.banner(items)
  local links = {}
  for _, item in ipairs(items) do
    local state = item.kind == 'eq' and not item.definition and verdict(item)
    if state and state ~= 'pass' and state ~= 'refuted' then
      links[#links + 1] = string.format('<a href="#%s">(%s)</a>', item.label,
                                        item.number)
    end
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

local function figures(claim)
  local out = {}
  local function pair(name, value)
    out[#out + 1] = '<div><dt>' .. name .. '</dt><dd>' .. value .. '</dd></div>'
  end
  pair('verdict', claim.verdict == 'pass' and 'pass' or
       claim.verdict == 'refuted' and 'refuted, as it must be' or
       '<strong>' .. report.escape(claim.verdict) .. '</strong>')
  pair('kind', kinds[claim.kind:upper()] or report.escape(claim.kind))
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

-- The section at the page's end: for each claim the equation again, both
-- witnesses' figures and the C of its test.  link(path): URL of a source.
function M.evidence(items, link)
  local out = {}
  local function html(...) out[#out + 1] = pandoc.RawBlock('html', string.format(...)) end
  for _, item in ipairs(items) do
    if item.kind == 'eq' and not item.definition then
      html('<section class="evidence" id="evidence-%s"><h3>Equation '
        .. '<a href="#%s">(%s)</a> %s</h3><div class="math" tabindex="0">%s</div>%s',
        item.name, item.label, item.number, M.badge(item),
        typeset.html(item.tex, true),
        item.claim and figures(item.claim)
          or '<p>The run ended before it reached this claim.</p>')
      if item.row then
        local parts = ccode.test_of(test_path, item.row)
        parts[#parts + 1] = { text = item.row, line = item.row_line }
        html('<details><summary>Its test in C</summary>')
        for _, part in ipairs(parts) do
          html('<p class="source"><a href="%s">%s</a>, line %d</p>',
               link(test_path), test_path, part.line)
          out[#out + 1] = pandoc.CodeBlock(part.text, pandoc.Attr('', { 'c' }))
        end
        html('</details>')
      end
      html('<p class="back"><a href="#%s">Back to the equation</a></p></section>',
           item.label)
    end
  end
  if #out == 0 then return {} end
  table.insert(out, 1, pandoc.Header(2, 'Evidence', pandoc.Attr('evidence')))
  table.insert(out, 2, pandoc.RawBlock('html',
    '<p>What this build found when it tried to refute the equations above. '
    .. 'A gradient’s errors are relative to its largest entry.</p>'))
  return out
end

return M
