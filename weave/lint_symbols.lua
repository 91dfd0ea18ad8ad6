-- The symbols of a formula: its letters, Greek or Latin, each with the fonts
-- and accents that it wears.  Names of functions, text and digits are none.
local M = {}

local function set(text)
  local s = {}
  for word in text:gmatch('%S+') do s[word] = true end
  return s
end

-- Commands that are symbols themselves.
local letters = set [[alpha beta gamma delta epsilon varepsilon zeta eta theta
  vartheta iota kappa lambda mu nu xi omicron pi varpi rho varrho sigma
  varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma
  Upsilon Phi Psi Omega ell imath jmath hbar wp Re Im aleph circ oslash odot
  otimes oplus]]
-- Commands that make another symbol of their argument.
local dress = set [[hat bar tilde dot ddot vec check breve acute grave widehat
  widetilde overline underline mathbf mathbb mathcal mathfrak mathscr mathsf
  mathit boldsymbol bm]]
local same = { widehat = 'hat', widetilde = 'tilde', bm = 'boldsymbol' }
-- Commands whose first argument is words, a name or a length.
local words = set [[text textbf textit textrm texttt mbox mathrm operatorname
  begin end color hspace vspace kern tag label]]

local function is_greek(token)
  return #token == 2 and token >= 'Ͱ' and token <= 'Ͽ'
end

-- A formula as a list of tokens: commands, braces, and single characters.
local function tokens(tex)
  local list, at = {}, 1
  while at <= #tex do
    local token = tex:match('^\\%a+', at) or tex:match('^\\.', at)
        or tex:match('^' .. utf8.charpattern, at)
    at = at + #token
    if token:find('^\\%a') then at = tex:match('^%s*()', at) end
    if token == '%' then
      at = tex:match('^[^\n]*()', at)
    elseif not token:find('^%s') then
      list[#list + 1] = token
    end
  end
  return list
end

-- The symbols in their order, each {name =, script =, part =}: whether it
-- stands in an index or exponent, and in which of the parts that commas
-- outside all parentheses make of the formula.  A prime belongs to its
-- symbol; two are as good as one.
function M.of(tex)
  local list, at, found = tokens(tex), 1, {}
  local part, braces, parens = 1, 0, 0
  local atom

  local function emit(name, script)
    found[#found + 1] = { name = name, script = script, part = part }
  end

  -- The words, name or length in braces that follow.
  local function skip()
    if list[at] == '*' then at = at + 1 end
    if list[at] ~= '{' then at = at + 1; return end
    local depth = 0
    repeat
      if list[at] == '{' then depth = depth + 1 end
      if list[at] == '}' then depth = depth - 1 end
      at = at + 1
    until depth == 0 or at > #list
  end

  local function primes()
    if list[at] ~= "'" then return end
    found[#found].name = found[#found].name .. "'"
    while list[at] == "'" do at = at + 1 end
  end

  -- \hat x: one symbol, where what wears the hat is one letter or digit.
  local function dressed(command, script)
    local before = #found
    local digit = (list[at] == '{' and list[at + 2] == '}' and list[at + 1]
      or list[at] or ''):match('^%d$')
    atom(script, true)
    local name = '\\' .. (same[command] or command)
    if #found == before + 1 then
      found[#found].name = name .. '{' .. found[#found].name .. '}'
    elseif digit then
      emit(name .. '{' .. digit .. '}', script)
    end
  end

  -- bare: what follows is the argument of a command, and has no primes.
  function atom(script, bare)
    local token = list[at]
    if not token then return end
    local before = #found
    local command = token:match('^\\(%a+)$')
    at = at + 1
    if token == '{' then
      braces = braces + 1
      while list[at] and list[at] ~= '}' do atom(script) end
      braces, at = braces - 1, at + 1
      return
    elseif token == '^' or token == '_' then
      atom(true, true)
      return
    elseif token == '\\\\' and list[at] == '[' then
      while list[at] and list[at] ~= ']' do at = at + 1 end
    elseif command and words[command] then
      skip()
      if command == 'begin' and list[at] == '{' then skip() end
    elseif command and dress[command] then
      dressed(command, script)
    elseif command and letters[command] or token:find('^%a$')
        or is_greek(token) then
      emit(token, script)
    elseif token == '(' or token == '[' then
      parens = parens + 1
    elseif token == ')' or token == ']' then
      parens = parens - 1
    elseif (token == ',' or token == ';') and braces == 0 and parens == 0 then
      part = part + 1
    end
    if #found > before and not bare then primes() end
  end

  while at <= #list do
    if list[at] == '}' then at = at + 1 else atom(false) end
  end
  return found
end

-- What a row of a notation table names: the first symbol of each part; and
-- what it mentions in indices and exponents.
function M.named(tex)
  local names, mentioned, last = {}, {}, nil
  for _, symbol in ipairs(M.of(tex)) do
    if symbol.script then
      mentioned[#mentioned + 1] = symbol.name
    elseif symbol.part ~= last then
      names[#names + 1], last = symbol.name, symbol.part
    end
  end
  return names, mentioned
end

return M
