-- Whole functions, and rows of claim tables, out of C source.
local report = require 'report'
local M = {}

-- A file's lines and, for each name before a parenthesis in a line that starts
-- in column 0, where; nil without the file.  Read once: claims ask by hundreds.
local files = {}
local function file(path)
  local text = report.read(path)
  if not text then return nil end
  if not files[path] then
    local lines, named = report.lines(text), {}
    for i, line in ipairs(lines) do
      if line:find('^[%a_]') then
        for name in line:gmatch('%f[%w_]([%w_]+)%s*%(') do
          local at = named[name] or {}
          if at[#at] ~= i then at[#at + 1] = i end
          named[name] = at
        end
      end
    end
    files[path] = { lines = lines, named = named }
  end
  return files[path].lines, files[path].named
end

-- Every definition of the function in the file, as {line =, text =}.  A
-- definition starts in column 0 and ends with its line where the braces
-- balance there, or else with the first } in column 0.
local function definitions(lines, named, name)
  local found = {}
  for _, i in ipairs(named[name] or {}) do
    local last, open = i, nil
    while lines[last] do
      open = lines[last]:match('[{;]')
      if open then break end
      last = last + 1
    end
    if open == '{' then
      local _, ups = lines[last]:gsub('{', '')
      local _, downs = lines[last]:gsub('}', '')
      if ups ~= downs then
        repeat last = last + 1 until not lines[last] or lines[last]:find('^}')
      end
      found[#found + 1] = { line = i, last = last,
        text = table.concat(lines, '\n', i, math.min(last, #lines)) }
    end
  end
  return found
end

-- The text and line of the one function of that name, or nil and why not.
-- With `comment`, the comment right above it belongs to it.
function M.func(path, name, comment)
  local lines, named = file(path)
  if not lines then return nil, path .. ': no such file' end
  local found = definitions(lines, named, name)
  if #found ~= 1 then
    return nil, string.format('%s: %s of a function %s', path,
      #found == 0 and 'no definition' or #found .. ' definitions', name)
  end
  local first = found[1].line
  if comment and lines[first - 1] and lines[first - 1]:find('%*/%s*$') then
    local top = first - 1
    while top > 1 and not lines[top]:find('^/%*') do top = top - 1 end
    if lines[top]:find('^/%*') then first = top end
  end
  return table.concat(lines, '\n', first, found[1].last), found[1].line
end

-- The row of a claim in the table of a test file, { "linear-dw", ... } or, by
-- a macro that adds the stem, DISPLAY("dw", ...): its text and line, or nil.
function M.claim_row(path, stem, name)
  local text = report.read(path)
  if not text then return nil end
  local function quoted(s) return '"' .. s:gsub('%-', '%%-') .. '"%s*,' end
  local at, row = text:find('{%s*' .. quoted(name)), nil
  if at then
    row = text:match('^%b{}', at)
  else
    at = text:find('[%u_]+%(%s*' .. quoted(name:sub(#stem + 2)))
    row = at and text:match('^[%u_]+%b()', at)
  end
  if not row then return nil end
  local _, line = text:sub(1, at):gsub('\n', '')
  return row, line + 1
end

-- Names in code that may be functions: no fields, no words in capitals.
local function names_in(code)
  local list = {}
  for dot, name in code:gsub('"[^"]*"', ''):gmatch('(%.?)%f[%w_]([%a_][%w_]*)') do
    if dot == '' and name:find('%l') then list[#list + 1] = name end
  end
  return list
end

-- What a claim's row leads to: each function that it names, whether written
-- out or made by a macro in column 0, as a list of {text =, line =}.
function M.test_of(path, row)
  local text, found, seen = report.read(path), {}, {}
  local lines = file(path)
  local macros = {}
  for i, line in ipairs(lines) do
    if line:find('^[%u_]+%(') then macros[#macros + 1] = i end
  end
  local function add(code, line)
    if not seen[line] then found[#found + 1] = { text = code, line = line } end
    seen[line] = true
  end
  local function follow(name, depth)
    local code, line = M.func(path, name, true)
    if code then return add(code, line) end
    for _, i in ipairs(macros) do
      if lines[i]:find('^[%u_]+%(' .. name .. '%f[^%w_]') then
        local use = table.concat(lines, '\n', i, #lines):match('^[%u_]+%b()')
        for _, arg in ipairs(depth < 3 and names_in(use) or {}) do
          if arg ~= name then follow(arg, depth + 1) end
        end
        return add(use, i)
      end
    end
    local pasted = name:match('^op_(.*)$') or name:match('^(.*)_%l+$')
    if pasted and depth == 0 then follow(pasted, 1) end
  end
  for _, name in ipairs(names_in(row)) do
    local start = text:match('struct op ' .. name .. '%s*=%s*(){')
      or text:match('struct op op_' .. name .. '%s*=%s*(){')
    if not start then
      follow(name, 0)
    elseif row:find('BACKWARD', 1, true) or row:find('^[%u_]+%(') then
      local op = text:match('^%b{}', start)
      local backward = op:match('%.backward%s*=%s*([%a_][%w_]*)')
      if backward then follow(backward, 0) end
    end
  end
  return found
end

-- C, as HTML with its words coloured; all at once, since each call costs.
function M.highlight(codes)
  local blocks, out = {}, {}
  for i, code in ipairs(codes) do
    blocks[i] = pandoc.CodeBlock(code, pandoc.Attr('', { 'c' }))
  end
  local html = pandoc.write(pandoc.Pandoc(blocks), 'html5')
  for code in html:gmatch('<code class="sourceCode c">(.-)</code>') do
    -- An anchor for each line would double the size, and nothing leads there.
    code = ('\n' .. code):gsub('\n<span id="[^"]*"><a[^>]*></a>([^\n]*)</span>',
                              '\n%1')
    code = code:gsub('<span class="op">(.-)</span>', '%1')
    out[#out + 1] = '<div class="sourceCode"><pre class="sourceCode c">'
      .. '<code class="sourceCode c">' .. code:sub(2)
      .. '</code></pre></div>'
  end
  assert(#out == #codes, 'pandoc highlighted ' .. #out .. ' of ' .. #codes)
  return out
end

return M
