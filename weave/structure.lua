-- Finds what a page numbers: its equations, exercises and figures.
-- Both passes use it, so that labels and pages always agree.
local report = require 'report'
local M = {}

-- Where each `$$ ... $$` of the source begins, code apart, as {line =}; a `$$`
-- without a partner in its paragraph is a problem.
local function scan_displays()
  local found, open, fence = {}, nil, nil
  for i, line in ipairs(report.source) do
    local mark = line:match('^%s*(```+)') or line:match('^%s*(~~~+)')
    if fence then
      if mark and #mark >= #fence and mark:sub(1, 1) == fence:sub(1, 1) then
        fence = nil
      end
      goto continue
    elseif mark then
      fence = mark
    end
    if line:find('^%s*$') or fence then
      if open then
        report.problem(open.line, 'stray $$: it has no partner in its paragraph')
      end
      open = nil
    else
      local text, from = line:gsub('`[^`]*`', ''), 1
      while true do
        local at = text:find('$$', from, true)
        if not at then break end
        if open then
          found[#found + 1], open = open, nil
        else
          open = { line = i }
        end
        from = at + 2
      end
    end
    ::continue::
  end
  if open then
    report.problem(open.line, 'stray $$: it has no partner in its paragraph')
  end
  return found
end

local row_makers = { 'pmatrix', 'bmatrix', 'vmatrix', 'cases' }

local function check_tex(tex, line)
  local rest = tex
  for _, name in ipairs(row_makers) do
    rest = rest:gsub('\\begin{' .. name .. '}.-\\end{' .. name .. '}', '')
  end
  local env = rest:match('\\begin{([%a*]+)}')
  if env then
    report.problem(line, 'environment %s: one step a display; rows only in %s',
                   env, table.concat(row_makers, ', '))
  elseif rest:find('\\\\', 1, true) then
    report.problem(line, [[\\ outside a matrix or cases: one step a display]])
  end
  if tex:find('\\tag', 1, true) or tex:find('\\label', 1, true) then
    report.problem(line, [[\tag or \label: the weave numbers equations]])
  end
end

-- Splits `text {#eq:x .definition} more` that follows a display, as inlines.
local function take_label(inlines, from)
  local text, i = '', from
  while i <= #inlines and not text:find('}', 1, true) do
    text = text .. pandoc.utils.stringify(inlines[i])
    if i == from + 1 and not text:find('^%s*{') then break end
    i = i + 1
  end
  local label, class, rest = text:match('^%s*{#(eq:[%w_-]+)%s*([%.%w]*)}(.*)$')
  if not label then return nil, nil, from end
  if rest ~= '' then
    i = i - 1
    inlines[i] = pandoc.Str(rest)
  end
  return label, class, i
end

-- For an exercise with code="f g": which functions, into which file, and what
-- then says that they are right.
local function to_write(code)
  local text, names = pandoc.List(), {}
  for name in code:gmatch('%S+') do names[#names + 1] = name end
  local function say(words) text:extend(pandoc.Inlines(words)) end
  say('Write ')
  for i, name in ipairs(names) do
    if i > 1 then say(i < #names and ', ' or ' and ') end
    text:insert(pandoc.Code(name))
  end
  say(' in ')
  text:insert(pandoc.Code('chapters/' .. report.name .. '.try.c'))
  say(', then ')
  text:insert(pandoc.Code('make try-' .. report.stem))
  say('.')
  return pandoc.Div({ pandoc.Para(text) }, pandoc.Attr('', { 'try' }))
end

-- doc with each display in its own Div (classes equation, definition;
-- attribute number), exercises and figures numbered, and its first header of level 1
-- taken out; then the list of what was numbered, and that header.
function M.number(doc)
  local sources, count = scan_displays(), 0
  local items, by_label = {}, {}
  local totals = { eq = 0, ex = 0, fig = 0 }
  local title

  local function add(kind, label, line, item)
    totals[kind] = totals[kind] + 1
    item.kind, item.label, item.line = kind, label, line
    item.number = (report.number and report.number .. '.' or '') .. totals[kind]
    if by_label[label] then
      report.problem(line, '%s: label used before, at line %d', label,
                     by_label[label].line)
    end
    by_label[label] = item
    items[#items + 1] = item
    return item
  end

  local function equation(math, label, class)
    count = count + 1
    local line = sources[count] and sources[count].line or 1
    check_tex(math.text, line)
    if not label then
      report.problem(line, 'equation without a label: %s',
                     math.text:gsub('%s+', ' '):sub(1, 50))
      return pandoc.Div({})
    end
    if class ~= '' and class ~= '.definition' and class ~= '.wrong' then
      report.problem(line, '%s: unknown class %s', label, class)
    end
    line = report.line_of('{#' .. label)
    if by_label[label] then line = sources[count].line end
    local item = add('eq', label, line,
      { tex = math.text, definition = class == '.definition',
        wrong = class == '.wrong' })
    return pandoc.Div({ pandoc.Para({ math }) },
                      pandoc.Attr(label, { 'equation' }, { number = item.number }))
  end

  local function paragraph(block)
    if #block.content == 1 and block.content[1].t == 'Image' then
      local image = block.content[1]
      local name = image.src:match('^plots/([%w_-]+)$')
      local line = report.line_of('](' .. image.src)
      if not name then
        report.problem(line, 'figure %s: expected plots/NAME', image.src)
      else
        local item = add('fig', 'fig:' .. name, line, { name = name })
        return pandoc.Div({ pandoc.Plain({ image }) }, pandoc.Attr(item.label,
          { 'figure' }, { number = item.number, name = name })), false
      end
    end
    local out, run, i, inlines = {}, {}, 1, block.content
    local function flush()
      while #run > 0 and (run[1].t == 'SoftBreak' or run[1].t == 'Space') do
        table.remove(run, 1)
      end
      if #run > 0 then out[#out + 1] = pandoc.Para(run) end
      run = {}
    end
    while i <= #inlines do
      local inline = inlines[i]
      i = i + 1
      if inline.t == 'Math' and inline.mathtype == 'DisplayMath' then
        local label, class, after = take_label(inlines, i)
        flush()
        out[#out + 1] = equation(inline, label, class)
        i = after
      else
        run[#run + 1] = inline
      end
    end
    if #out == 0 then return nil end
    flush()
    return out, false
  end

  doc = doc:walk {
    traverse = 'topdown',
    Para = paragraph,
    Plain = paragraph,
    Header = function(h)
      if h.level > 1 then return nil end
      if title then
        report.problem('# ' .. pandoc.utils.stringify(h), 'a second # title')
      end
      title = h
      return {}
    end,
    Div = function(div)
      if not div.classes:includes('exercise') then return nil end
      local line = report.line_of('#' .. div.identifier)
      if not div.identifier:find('^ex:') then
        report.problem(line, 'exercise without a label #ex:')
      end
      local item = add('ex', div.identifier, line, {})
      div.attributes.number = item.number
      if div.attributes.code and report.stem then
        local at = 1
        while div.content[at] and div.content[at].t ~= 'Div' do at = at + 1 end
        div.content:insert(at, to_write(div.attributes.code))
      end
      return div
    end,
  }
  if #sources ~= count then
    report.problem(sources[#sources] and sources[#sources].line or 1,
      '%d displays in the source, but pandoc sees %d', #sources, count)
  end
  return doc, items, title
end

return M
