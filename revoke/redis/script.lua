-- Everything that a store asks of the server. KEYS[1] is the mark of a part:
--
--   <life> <since> <epoch> <seen> <sure> <run>
--
-- life is the server's master_replid when the mark was last found good. It changes
-- whenever the server may have lost something, in a restart or promotion, and when
-- it gets its first replica or has lost its last one. since and epoch are those of
-- the Answer. seen is the latest second that the server's clock has shown. sure is
-- 1 if the server was known to lose nothing in a restart. run names the process.
--
-- ARGV[1] is what to do, ARGV[2] how many of the KEYS from the second on are
-- entries, of which the answer has the values. The first line of the script says
-- that it may write, so that a server that must not does not answer at all.
local slack = 900 -- seconds that everything is kept longer, in case a clock jumps
local what, count = ARGV[1], tonumber(ARGV[2])
local info = redis.call('INFO', 'replication')
local life = string.match(info, 'master_replid:(%x+)')
local replicas = string.match(info, 'connected_slaves:(%d+)')
local now = tonumber(redis.call('TIME')[1])
local mark = redis.call('GET', KEYS[1]) or ''
local nobody = string.rep('0', 40) -- the life before, if there was no promotion

local function before() return string.match(info, 'master_replid2:(%x+)') end
local function run() return string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') end

if what == 'read' then
  return {life, before(), replicas, now, mark, run()}
elseif what == 'begin' then -- life, mark, and the new mark without life and seen
  if ARGV[3] ~= life or ARGV[4] ~= mark then return 0 end
  local since = ARGV[5]
  if since == '' then since = string.format('%d', now + 1) end -- for it may have known of this second
  redis.call('SET', KEYS[1], string.format('%s %s %s %d %s %s', life, since, ARGV[6], now, ARGV[7], run()))
  return 1
end

local of, since, epoch, seen, sure, process = string.match(mark, '^(%x+) (%d+) (%w+) (%d+) ([01]) (%x+)$')
seen = tonumber(seen)
if of ~= life and (not of or before() ~= nobody or run() ~= process) or now < seen - slack then return {'lost'} end
if of ~= life or now > seen or sure == '1' and replicas ~= '0' then
  if replicas ~= '0' then sure = '0' end
  redis.call('SET', KEYS[1], string.format('%s %s %s %d %s %s', life, since, epoch, math.max(now, seen), sure, process))
end

local head = since .. ' ' .. epoch
for i = 2, count + 1 do
  head = head .. ' ' .. (redis.call('GET', KEYS[i]) or '-')
end
if what == 'look' then return head end

local function lifetime(left, till) -- of what is needed for so long by the caller's clock, or until then by this one's
  return math.max(tonumber(left), till - now) + slack
end

local function keep(key, value, ttl)
  redis.call('SET', key, value, 'EX', string.format('%d', ttl))
end

local function split(text) -- the state of a session begins with a line that names its list
  return string.match(text or '', '^([^\n]*)\n(.*)$')
end

local function enlist(list, key, ttl)
  redis.call('ZREMRANGEBYSCORE', list, '-inf', string.format('%d', now))
  redis.call('ZADD', list, string.format('%d', now + ttl), key)
  redis.call('EXPIRE', list, string.format('%d', math.max(ttl, redis.call('TTL', list))))
end

local key = KEYS[count + 2]
if what == 'revoke' then -- date, left, till; KEYS: the entry, the state of a session
  if key then
    local list = split(redis.call('GET', key))
    if list and string.match(list, '{.-}') == string.match(key, '{.-}') then redis.call('ZREM', list, key) end
    redis.call('DEL', key)
  end
  local ttl = math.max(lifetime(ARGV[4], ARGV[5]), redis.call('TTL', KEYS[2]))
  if ttl > 0 then
    local old = tonumber(redis.call('GET', KEYS[2]) or '')
    keep(KEYS[2], old and old > tonumber(ARGV[3]) and string.format('%d', old) or ARGV[3], ttl)
  end
  return head
elseif what == 'use' then -- nonce, left, till; KEYS: the entry
  if redis.call('EXISTS', KEYS[2]) == 0 then keep(KEYS[2], ARGV[3], math.max(lifetime(ARGV[4], ARGV[5]), 1)) end
  return head
elseif what == 'load' then -- KEYS: the entries, the state
  local _, state = split(redis.call('GET', key))
  return {head, state or ''}
elseif what == 'swap' then -- old, new, left, till, list; KEYS: the entries, that of the session first, the state, maybe the list
  local value = redis.call('GET', key)
  local _, state = split(value)
  if value and not state then return redis.error_reply('ERR a state is not ours') end
  if redis.call('EXISTS', KEYS[2]) == 1 or (state or '') ~= ARGV[3] and state ~= ARGV[4] then return {head, '0'} end
  local ttl = math.max(lifetime(ARGV[5], ARGV[6]), 1)
  keep(key, ARGV[7] .. '\n' .. ARGV[4], ttl)
  if KEYS[count + 3] then enlist(KEYS[count + 3], key, ttl) end
  return {head, '1'}
elseif what == 'enlist' then -- left, till, key of the state; KEYS: the entries, the list
  enlist(key, ARGV[5], math.max(lifetime(ARGV[3], ARGV[4]), 1))
  return {head}
elseif what == 'list' then -- KEYS: the list
  return {head, unpack(redis.call('ZRANGE', key, 0, 999))}
elseif what == 'states' then -- KEYS: the states
  local states = {head}
  for i = count + 2, #KEYS do
    local _, state = split(redis.call('GET', KEYS[i]))
    states[#states + 1] = state or ''
  end
  return states
elseif what == 'try' then -- what the user must be permitted to do; KEYS: two to try it with
  keep(key, '1', 60)
  redis.call('TTL', key)
  redis.call('EXISTS', key)
  redis.call('DEL', key)
  enlist(KEYS[count + 3], key, 60)
  redis.call('ZRANGE', KEYS[count + 3], 0, 0)
  redis.call('ZREM', KEYS[count + 3], key)
  return {head}
end
return redis.error_reply('ERR unknown request')
