-- Which files a figure draws: read off its gnuplot script, so that the page can
-- link them.  A script names its data by  in.'/curve.tsv'  or by pieces,
-- in.'/steps-'.name.'.tsv' , in the figure's own part (from its `set output` to
-- the next) or in a variable or function defined before it.
local report = require 'report'
local M = {}

-- The file names that an expression such as in.'/steps-'.name.'.tsv' may
-- stand for, as Lua patterns.
local function patterns_in(text)
  local found = {}
  for expression in text:gmatch("%f[%w_]in%s*(%.[^\n]-%.tsv')") do
    local pattern = ''
    for between, literal in expression:gmatch("([^']*)'([^']*)'") do
      if between:find('[%w_]') then pattern = pattern .. '[%w_.-]+' end
      pattern = pattern .. literal:gsub('[%-%.]', '%%%0')
    end
    found[#found + 1] = '^' .. pattern .. '$'
  end
  return found
end

-- Lines as gnuplot sees them: no comments, continued ones joined.
local function statements(path)
  local text = (report.read(path) or ''):gsub('\n#[^\n]*', '')
  return report.lines((text:gsub('\\\n', ' ')))
end

-- The statements that draw the figure, each after the definitions that it uses
-- as they stand there, and those that they use.
local function part_of(lines, suffix)
  local part, defined, inside = {}, {}, false
  local function add(piece, used)
    for name in piece:gmatch('[%a_][%w_]*') do
      if defined[name] and not used[name] then
        used[name] = true
        add(defined[name], used)
      end
    end
    part[#part + 1] = piece
  end
  for _, line in ipairs(lines) do
    local name = line:match('^%s*([%a_][%w_]*)%s*=[^=]')
      or line:match('^%s*([%a_][%w_]*)%([%w_, ]*%)%s*=[^=]')
    if line:find('^%s*set output%s+out') then
      inside = line:find("'-" .. suffix:gsub('%-', '%%-') .. "'") ~= nil
    end
    if name then
      defined[name] = line
    elseif inside then
      add(line, {})
    end
  end
  local text = table.concat(part, '\n')
  -- Folders that have a name:  runs = in.'/runs/valley'
  for name, line in pairs(defined) do
    local folder = line:match("=%s*in%.('[^']*')%s*$")
    if folder and not folder:find('%.tsv') then
      text = text:gsub('%f[%w_]' .. name .. "%.'", 'in.' .. folder .. ".'")
    end
  end
  return text
end

local function files_under(dir)
  local found = report.lines(pandoc.pipe('find', { dir, '-name', '*.tsv' }, ''))
  table.sort(found)
  for i, path in ipairs(found) do found[i] = path:sub(#dir + 1) end
  return found
end

local cache = {}

-- The TSV files under dir that figure `name` of plots/SCRIPT.gp draws.
function M.data_of(name, script, dir)
  cache[dir] = cache[dir] or files_under(dir)
  local lines = statements('plots/' .. script .. '.gp')
  local out = {}
  local patterns = patterns_in(part_of(lines, name:sub(#script + 2)))
  for _, file in ipairs(cache[dir]) do
    for _, pattern in ipairs(patterns) do
      if file:find(pattern) then
        out[#out + 1] = dir .. file
        break
      end
    end
  end
  return out
end

return M
