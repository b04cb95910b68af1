-- Everything that a store asks of the server. KEYS[1] is the mark of a part:
--
--   <life> <seen> <sure> <run> <branch> <changes> <since> <epoch>
--   1      42     53     55    96       113       126
--
-- life is the server's master_replid when the mark was last found good. It changes
-- whenever the server may have lost something, in a restart or promotion, and when
-- it gets its first replica or has lost its last one. seen is the latest second
-- that the server's clock has shown, of 10 digits. sure is 1 if the server was
-- known to lose nothing in a restart. run names the process. branch names what was
-- recorded since something may have been lost, and changes counts it, in 12 digits:
-- see publish. since and epoch are those of the Answer.
--
-- ARGV[1] is what to do, ARGV[2] how many of the KEYS from the second on are
-- entries, of which the answer has the values. ARGV[3] is the second of the
-- caller's clock: only if it is not the one last seen, the server's is asked. The first line of the script says
-- that it may write, so that a server that must not does not answer at all.
local slack = 900 -- seconds that everything is kept longer, in case a clock jumps
local call, sub, find = redis.call, string.sub, string.find
local what, count = ARGV[1], tonumber(ARGV[2])
local info = call('INFO', 'replication')
local i = find(info, 'master_replid:', 1, true)
local life = sub(info, i + 14, i + 53)
i = find(info, 'connected_slaves:', 1, true)
local alone = sub(info, i + 17, i + 17) == '0'

local function feedOf(mark) return sub(mark, 1, -5) .. 'feed' end

-- What was recorded is told in lists, each of which expires as a whole when all in it
-- have. The feed of a part is a hash: how many there are in each list, by the second
-- in which it ends, and "n", how many there ever were. A line of a position is what
-- the mark had from the branch on, then till:read of each list. tell adds to part
-- lists of what a reader does not have: till, how many it has, how many there are, and
-- entries. It returns for how many more there is room, false if any are missing.
local function tell(part, mark, line, room)
  local feed, read, n = feedOf(mark), {}, '0'
  if sub(line, 1, 16) == sub(part[2], 1, 16) then
    for till, count in string.gmatch(line, ' (%d+):(%d+)') do read[till] = tonumber(count) end
  end
  local all = call('HGETALL', feed)
  for i = 1, #all, 2 do
    local till, count = all[i], tonumber(all[i + 1])
    local list, from = feed .. ':' .. till, read[till] or 0
    if till == 'n' then
      n = count
    elseif call('LLEN', list) ~= count or from > count then
      if tonumber(till) - slack > part[3] then return false end -- what is over may be gone
    elseif from < count then
      local some = room > 0 and call('LRANGE', list, from, from + room - 1) or {}
      part[#part + 1] = {till, from, count, some}
      room = room - #some
    end
  end
  return tonumber(n) == tonumber(sub(part[2], 18, 29)) and room
end

local values = call('MGET', unpack(KEYS)) -- the mark, the entries, the states
local mark = values[1] or ''
local now

if what == 'read' or what == 'begin' then
  local run = string.match(call('INFO', 'server'), 'run_id:(%x+)')
  now = tonumber(call('TIME')[1])
  if what == 'read' then
    return {life, string.match(info, 'master_replid2:(%x+)'), alone and 1 or 0, now, mark, run}
  end
  -- life, mark, and sure, branch, since and epoch of the new mark
  if ARGV[4] ~= life or ARGV[5] ~= mark then return 0 end
  local since, changes = ARGV[8], tonumber(sub(mark, 113, 124))
  if sub(since, 1, 1) == '+' then -- then, or in the next second, for it may have known of this one
    since = string.format('%d', math.max(tonumber(sub(since, 2)), now + 1))
    changes = tonumber(call('HGET', feedOf(KEYS[1]), 'n') or 0)
  end
  call('SET', KEYS[1], string.format('%s %010d %s %s %s %012d %s %s', life, now, ARGV[6], run, ARGV[7], changes, since, ARGV[9]))
  return 1
end

local function good(key, mark) -- the mark as it is to be now, nil if the memory is lost
  local of, seen, sure = sub(mark, 1, 40), tonumber(sub(mark, 42, 51)), sub(mark, 53, 53)
  if of ~= life then -- without a promotion, and in the same process, it is no loss
    if string.match(info, 'master_replid2:(%x+)') ~= string.rep('0', 40) or
      string.match(call('INFO', 'server'), 'run_id:(%x+)') ~= sub(mark, 55, 94) then return nil end
  end
  if not seen then return nil end
  if ARGV[3] ~= sub(mark, 42, 51) or of ~= life or sure == '1' and not alone then -- a caller's clock shows another second
    now = now or tonumber(call('TIME')[1])
    if now < seen - slack then return nil end
    if now > seen or of ~= life or sure == '1' and not alone then
      if not alone then sure = '0' end
      mark = string.format('%s %010d %s%s', life, math.max(now, seen), sure, sub(mark, 54))
      call('SET', key, mark)
    end
  end
  return mark
end

if what == 'feed' or what == 'news' then -- the most entries to tell, then of each part how its keys begin, and its line; news: only which have any
  local told, room = {''}, tonumber(ARGV[4])
  for i = 1, (#ARGV - 4) / 2 do
    local key, line = ARGV[2 * i + 3] .. ':mark', ARGV[2 * i + 4]
    local mark = good(key, call('GET', key) or '')
    if not mark then return {'lost'} end
    local tail = sub(mark, 96)
    if sub(line, 1, #tail) ~= tail then
      now = now or tonumber(call('TIME')[1])
      local part = {i, tail, now}
      told[#told + 1] = part
      if what == 'feed' then room = tell(part, key, line, room) end
      if not room then return {'damaged'} end
    end
  end
  return told
end

mark = good(KEYS[1], mark)
if not mark then return {'lost'} end
local head = sub(mark, 126)
for i = 2, count + 1 do
  head = head .. ' ' .. (values[i] or '-')
end
if what == 'look' then return head end

local key, value = KEYS[count + 2], values[count + 2]

local function split() -- the value of a session begins with a line: its list, until when it is there
  local i = value and find(value, '\n', 1, true)
  if i then
    local list, listed = string.match(sub(value, 1, i - 1), '^(%S+) (%d+)$')
    return sub(value, i + 1), list, tonumber(listed)
  end
end

if what == 'load' then return {head, split() or ''} end -- KEYS: the entries, the state

now = now or tonumber(call('TIME')[1])

local function lifetime(left, till) -- of what is needed for so long by the caller's clock, or until then by this one's
  return math.max(tonumber(left), till - now) + slack
end

local function keep(key, value, ttl)
  call('SET', key, value, 'EX', string.format('%d', ttl))
end

local function enlist(list, key, till)
  call('ZREMRANGEBYSCORE', list, '-inf', string.format('%d', now))
  call('ZADD', list, string.format('%d', till), key)
  call('EXPIRE', list, string.format('%d', math.max(till - now, call('TTL', list))))
end

local function publish(text, ttl) -- tells the feed of what is kept for so long
  local feed, grain = feedOf(KEYS[1]), 1
  while grain * 8 <= ttl do grain = grain * 2 end -- so that a list is kept a quarter longer at most
  local till = (math.floor((now + ttl) / grain) + 1) * grain
  local field = string.format('%d', till)
  call('HINCRBY', feed, field, 1)
  if call('RPUSH', feed .. ':' .. field, text) == 1 then
    call('EXPIRE', feed .. ':' .. field, string.format('%d', till - now))
    for _, other in ipairs(call('HKEYS', feed)) do
      if other ~= 'n' and tonumber(other) <= now then call('HDEL', feed, other) end
    end
  end
  call('HINCRBY', feed, 'n', 1)
  mark = sub(mark, 1, 112) .. string.format('%012d', tonumber(sub(mark, 113, 124)) + 1) .. sub(mark, 125)
  call('SET', KEYS[1], mark)
end

if what == 'revoke' then -- date, left, till, text; KEYS: the entry, the state of a session
  if key then
    local _, list = split()
    if list and string.match(list, '{.-}') == string.match(key, '{.-}') then call('ZREM', list, key) end
    call('DEL', key)
  end
  local left = call('TTL', KEYS[2])
  local ttl = math.max(lifetime(ARGV[5], ARGV[6]), left)
  if ttl > 0 then
    local old = tonumber(values[2] or '')
    if not values[2] or ttl > left + 1 or (old or 0) < tonumber(ARGV[4]) then publish(ARGV[7], ttl) end
    keep(KEYS[2], old and old > tonumber(ARGV[4]) and string.format('%d', old) or ARGV[4], ttl)
  end
  return head
elseif what == 'use' then -- nonce, left, till, text; KEYS: the entry
  if not values[2] then
    local ttl = math.max(lifetime(ARGV[5], ARGV[6]), 1)
    publish(ARGV[7], ttl)
    keep(KEYS[2], ARGV[4], ttl)
  end
  return head
elseif what == 'swap' then -- old, new, left, till, list; KEYS: the entries, that of the session first, the state, maybe the list
  local state, _, listed = split()
  if value and not state then return redis.error_reply('ERR a state is not ours') end
  if values[2] or (state or '') ~= ARGV[4] and state ~= ARGV[5] then return {head, '0'} end
  local ttl = math.max(lifetime(ARGV[6], ARGV[7]), 1)
  if not listed or listed < now + ttl then -- somewhat longer, so as not to do it each time
    listed = now + ttl + math.floor(ttl / 4)
    if KEYS[count + 3] then enlist(KEYS[count + 3], key, listed) end
  end
  keep(key, ARGV[8] .. string.format(' %d\n', listed) .. ARGV[5], ttl)
  return {head, '1'}
elseif what == 'enlist' then -- left, till, key of the state; KEYS: the entries, the list
  enlist(key, ARGV[6], now + math.max(lifetime(ARGV[4], ARGV[5]), 1))
  return {head}
elseif what == 'list' then -- KEYS: the list
  return {head, unpack(call('ZRANGE', key, 0, 999))}
elseif what == 'states' then -- KEYS: the states
  local states = {head}
  for i = count + 2, #KEYS do
    value = values[i]
    states[#states + 1] = split() or ''
  end
  return states
elseif what == 'try' then -- what the user must be permitted to do; KEYS: some to try it with
  keep(key, '1', 60)
  call('TTL', key)
  call('DEL', key)
  enlist(KEYS[count + 3], key, now + 60)
  call('ZRANGE', KEYS[count + 3], 0, 0)
  call('ZREM', KEYS[count + 3], key)
  local hash, list = KEYS[count + 4], KEYS[count + 5]
  call('GET', key)
  call('RPUSH', list, '1')
  call('LLEN', list)
  call('LRANGE', list, 0, 0)
  call('HINCRBY', hash, 'n', 1)
  call('HGET', hash, 'n')
  call('HGETALL', hash)
  call('HKEYS', hash)
  call('HDEL', hash, 'n')
  call('DEL', list, hash)
  return {head}
end
return redis.error_reply('ERR unknown request')
