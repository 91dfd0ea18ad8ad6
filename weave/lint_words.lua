-- The spelling of a page, by aspell: British English with -ise, and the book's
-- own list, weave/words.txt.
local report = require 'report'
local M = {}
local places, order = {}, {}
local own, used = {}, {}

-- Letters of Latin alphabets: those of ASCII, and À to ɏ but for × and ÷.
local function is_letter(code)
  return code >= 65 and code <= 90 or code >= 97 and code <= 122
      or code >= 0xC0 and code <= 0x24F and code ~= 0xD7 and code ~= 0xF7
end

-- Notes the words of the text; with an inner apostrophe, but without 's.
-- What touches a digit or an underscore is no word, nor is the name of a file,
-- nor what ends a word that begins as a formula: -th.
function M.add(text, line)
  text = text:gsub('%w[%w_-]*%.%l%w*', ' '):gsub('^%-%a+', '')
  local spaced = {}
  for _, code in utf8.codes((text:gsub('’', "'"))) do
    local char = utf8.char(code)
    local inside = is_letter(code) or char:find("[%w_']")
    spaced[#spaced + 1] = inside and char or ' '
  end
  for word in table.concat(spaced):gmatch('%S+') do
    word = word:gsub("^'+", ''):gsub("'+$", ''):gsub("'s$", '')
    if word ~= '' and not word:find('[%d_]') and not places[word] then
      places[word] = line
      order[#order + 1] = word
    end
  end
end

-- aspell's answers, a line a word: `*` where it is right, else `& WORD ...:
-- SUGGESTIONS`, or `# WORD ...`.
local function ask(list)
  local ok, answer = pcall(pandoc.pipe, 'aspell', { '-a', '-d', 'en_GB-ise',
    '--encoding=utf-8', '--per-conf=/dev/null', '--personal=/dev/null' },
    '^' .. table.concat(list, '\n^') .. '\n')
  if not ok then
    io.stderr:write('lint: no aspell with British English: make deps-lint\n')
    os.exit(1)
  end
  return answer
end

-- The word of the book's list, which may begin a sentence; or nil.
local function listed(word)
  if own[word] then return word end
  local small = word:sub(1, 1):lower() .. word:sub(2)
  return own[small] and small
end

function M.check()
  for _, word in ipairs(report.lines(report.read('weave/words.txt') or '')) do
    own[word] = true
  end
  for line in ask(order):gmatch('[^\n]+') do
    local word, rest = line:match('^[&#] (%S+) (.*)$')
    if word and listed(word) then
      used[#used + 1] = listed(word)
    elseif word then
      local hints = rest:match(': ([^,]+, [^,]+)') or rest:match(': (.+)')
      report.problem(places[word] or 1, 'spelling: %s%s', word,
                     hints and ' (' .. hints .. '?)' or '')
    end
  end
end

-- Those of the book's list that the page uses, a line a word.
function M.used()
  table.sort(used)
  return table.concat(used, '\n') .. (#used > 0 and '\n' or '')
end

return M
