-- Everything that a store asks of the server. KEYS[1] is the mark of a part:
--
--   <life> <seen> <sure> <run> <since> <epoch>
--   1      42     53     55    96
--
-- life is the server's master_replid when the mark was last found good. It changes
-- whenever the server may have lost something, in a restart or promotion, and when
-- it gets its first replica or has lost its last one. seen is the latest second
-- that the server's clock has shown, of 10 digits. sure is 1 if the server was
-- known to lose nothing in a restart. run names the process. since and epoch are
-- those of the Answer.
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
local values = call('MGET', unpack(KEYS)) -- the mark, the entries, the states
local mark = values[1] or ''
local now

if what == 'read' or what == 'begin' then
  local run = string.match(call('INFO', 'server'), 'run_id:(%x+)')
  now = tonumber(call('TIME')[1])
  if what == 'read' then
    return {life, string.match(info, 'master_replid2:(%x+)'), alone and 1 or 0, now, mark, run}
  end
  -- life, mark, and sure, since and epoch of the new mark
  if ARGV[4] ~= life or ARGV[5] ~= mark then return 0 end
  local since = ARGV[7]
  if sub(since, 1, 1) == '+' then -- then, or in the next second, for it may have known of this one
    since = string.format('%d', math.max(tonumber(sub(since, 2)), now + 1))
  end
  call('SET', KEYS[1], string.format('%s %010d %s %s %s %s', life, now, ARGV[6], run, since, ARGV[8]))
  return 1
end

local of, seen, sure = sub(mark, 1, 40), tonumber(sub(mark, 42, 51)), sub(mark, 53, 53)
if of ~= life then -- without a promotion, and in the same process, it is no loss
  if string.match(info, 'master_replid2:(%x+)') ~= string.rep('0', 40) or
    string.match(call('INFO', 'server'), 'run_id:(%x+)') ~= sub(mark, 55, 94) then return {'lost'} end
end
if not seen then return {'lost'} end
if ARGV[3] ~= sub(mark, 42, 51) or of ~= life or sure == '1' and not alone then -- a caller's clock shows another second
  now = tonumber(call('TIME')[1])
  if now < seen - slack then return {'lost'} end
  if now > seen or of ~= life or sure == '1' and not alone then
    if not alone then sure = '0' end
    mark = string.format('%s %010d %s%s', life, math.max(now, seen), sure, sub(mark, 54))
    call('SET', KEYS[1], mark)
  end
end

local head = sub(mark, 96)
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

if what == 'revoke' then -- date, left, till; KEYS: the entry, the state of a session
  if key then
    local _, list = split()
    if list and string.match(list, '{.-}') == string.match(key, '{.-}') then call('ZREM', list, key) end
    call('DEL', key)
  end
  local ttl = math.max(lifetime(ARGV[5], ARGV[6]), call('TTL', KEYS[2]))
  if ttl > 0 then
    local old = tonumber(values[2] or '')
    keep(KEYS[2], old and old > tonumber(ARGV[4]) and string.format('%d', old) or ARGV[4], ttl)
  end
  return head
elseif what == 'use' then -- nonce, left, till; KEYS: the entry
  if not values[2] then keep(KEYS[2], ARGV[4], math.max(lifetime(ARGV[5], ARGV[6]), 1)) end
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
elseif what == 'try' then -- what the user must be permitted to do; KEYS: two to try it with
  keep(key, '1', 60)
  call('TTL', key)
  call('DEL', key)
  enlist(KEYS[count + 3], key, now + 60)
  call('ZRANGE', KEYS[count + 3], 0, 0)
  call('ZREM', KEYS[count + 3], key)
  return {head}
end
return redis.error_reply('ERR unknown request')
