-- The blocks that the weave adds to Markdown: listings, outputs, figures,
-- exercises.
local report = require 'report'
local ccode = require 'ccode'
local plotted = require 'plotted'
local M = { data = {} } -- data: the TSV files that the page's figures draw
local build, pages

-- pages: stem -> "02-linear".
function M.setup(build_dir, page_names) build, pages = build_dir, page_names end

local function raw(...) return pandoc.RawBlock('html', string.format(...)) end
M.raw = raw

-- Sources are copied into the book as text, so that any browser shows them.
function M.link(path) return 'source/' .. path .. '.txt' end

function M.listing(block)
  local path, fn = block.attributes.src, block.attributes.fn
  local where = 'src="' .. path .. '" fn="' .. (fn or '')
  if block.text:find('%S') then
    report.problem(where, 'listing of %s: the block must be empty', path)
  end
  local code, why = ccode.func(path, fn or '')
  if not code then
    report.problem(report.line_of('fn="' .. (fn or '') .. '"'), 'listing: %s', why)
    return {}
  end
  return raw('<figure class="listing"><figcaption><a href="%s">%s</a>'
    .. '</figcaption><div class="scroll" tabindex="0" role="group" '
    .. 'aria-label="%s">%s</div></figure>', M.link(path), path, fn,
    ccode.highlight({ code })[1])
end

function M.output(block)
  local stem = block.attributes.of
  local where = 'of="' .. (stem or '') .. '"'
  local page = pages[stem or '']
  local text = page and report.read(build .. '/' .. page .. '/output.txt')
  if not text then
    report.problem(where, 'output of %s: there is none in %s', stem, build)
    return {}
  end
  local path = 'chapters/' .. page .. '.c'
  return raw('<figure class="output"><figcaption>What <a href="%s">%s</a> '
    .. 'printed</figcaption><pre class="scroll" tabindex="0" role="group" '
    .. 'aria-label="Output"><samp>%s</samp></pre></figure>', M.link(path), path,
    report.escape((text:gsub('%s+$', ''))))
end

-- Links to a figure's data; where they are many, folded.
local function data_links(paths)
  local links, times = {}, {}
  for _, path in ipairs(paths) do
    local name = path:match('[^/]*$')
    times[name] = (times[name] or 0) + 1
  end
  for i, path in ipairs(paths) do
    local name = path:match('[^/]*$')
    if times[name] > 1 then name = path:match('[^/]*/[^/]*$') end
    links[i] = string.format('<a href="%s">%s</a>', M.link(path), name)
  end
  local list = table.concat(links, ' ')
  if #links <= 4 then return ' ' .. list end
  return string.format('<details><summary>%d files of data</summary>%s'
    .. '</details>', #links, list)
end

-- The script that draws a figure: plots/STEM.gp of STEM-curve; or nil, and
-- the problem is reported.
function M.script_of(name)
  local stem = name
  while stem and not report.read('plots/' .. stem .. '.gp') do
    stem = stem:match('^(.*)%-')
  end
  if not stem then
    report.problem('](plots/' .. name, 'figure %s: no script plots/STEM.gp',
                   name)
  end
  return stem
end

function M.figure(div)
  local name, number = div.attributes.name, div.attributes.number
  local image = div.content[1].content[1]
  local where = report.line_of('](plots/' .. name)
  local alt = image.attributes.alt
  if not alt or not alt:find('%S') then
    report.problem(where, 'figure %s without alt="..."', name)
  end
  for _, suffix in ipairs { '.svg', '-dark.svg' } do
    if not report.read(build .. '/figures/' .. name .. suffix) then
      report.problem(where, 'figure %s: no %s/figures/%s%s', name, build, name,
                     suffix)
    end
  end
  local script = M.script_of(name)
  if not script then return {} end
  local data = plotted.data_of(name, script, build .. '/' .. report.name)
  if #data == 0 then
    report.problem(where, 'figure %s: plots/%s.gp reads no data of this build',
                   name, script)
  end
  script = 'plots/' .. script .. '.gp'
  local img = '<img class="on-%s" src="figures/%s%s" width="720" height="432" '
    .. 'alt="%s" loading="lazy">'
  alt = report.escape(alt or '')
  local caption = { pandoc.RawInline('html', string.format(
    '<a class="number" href="#%s">Figure %s.</a> ', div.identifier, number)) }
  for _, inline in ipairs(image.caption) do caption[#caption + 1] = inline end
  for _, path in ipairs(data) do M.data[#M.data + 1] = path end
  return { raw('<figure id="%s">' .. img .. img .. '<figcaption>',
      div.identifier, 'light', name, '.svg', alt, 'dark', name, '-dark.svg', alt),
    pandoc.Plain(caption),
    raw('<div class="source"><a href="%s">%s</a>%s</div></figcaption></figure>',
        M.link(script), script, data_links(data)) }
end

local levels = { practice = true, recommended = true, stretch = true }

function M.exercise(div)
  local level = div.attributes.level
  if not levels[level or ''] then
    report.problem('#' .. div.identifier, 'exercise %s: level="%s"; expected '
      .. 'practice, recommended or stretch', div.identifier, level or '')
  end
  local inner = { raw('<section class="exercise" id="%s"><h3><a href="#%s">'
    .. 'Exercise %s</a> <span class="level">%s</span></h3>', div.identifier,
    div.identifier, div.attributes.number, level) }
  for _, block in ipairs(div.content) do inner[#inner + 1] = block end
  inner[#inner + 1] = raw('</section>')
  return inner
end

-- ::: {.break src= fn= claim=}: a line to change, and the claim that then
-- fails.  Its code spans are the function, the text as it stands there once,
-- and the text in its place; `make mutants` holds it to that.
function M.breaking(div, labels)
  local a, spans = div.attributes, {}
  local where = report.line_of('claim="' .. (a.claim or ''))
  div:walk { Code = function(c) spans[#spans + 1] = c.text end }
  local code, why = ccode.func(a.src or '', a.fn or '')
  if not code then
    report.problem(where, 'break: %s', why)
  elseif spans[1] ~= a.fn or not spans[3] then
    report.problem(where, 'break: the code spans are the function, the text in '
      .. 'it and the text in its place')
  else
    local function plain(text) return (text:gsub('%s+', ' ')) end
    local body, text, times, at = plain(code), plain(spans[2]), 0, 1
    while true do
      local from, to = body:find(text, at, true)
      if not from then break end
      times, at = times + 1, to + 1
    end
    if times ~= 1 then
      report.problem(where, 'break: "%s" is %d times in %s, expected once',
                     spans[2], times, a.fn)
    end
  end
  if not labels['eq:' .. (a.claim or '')] then
    report.problem(where, 'break: no equation eq:%s', a.claim or '')
  end
  local out = { raw('<aside class="break"><h3>Break it yourself</h3>') }
  for _, block in ipairs(div.content) do out[#out + 1] = block end
  out[#out + 1] = raw('</aside>')
  return out
end

function M.folded(div, name)
  local out = { raw('<details class="%s"><summary>%s</summary>', name:lower(), name) }
  for _, block in ipairs(div.content) do out[#out + 1] = block end
  out[#out + 1] = raw('</details>')
  return out
end

-- A table scrolls inside itself, and its columns are as wide as they need.
function M.table(t)
  for _, spec in ipairs(t.colspecs) do spec[2] = nil end
  return { raw('<div class="scroll table" tabindex="0" role="group" '
    .. 'aria-label="Table">'), t, raw('</div>') }
end

return M
