'use strict';

// Foreign text gets into the page by textContent and value only; the content
// security policy (Trusted Types) allows nothing else.

const maxText = 1 << 20; // characters of a token or of keys
const shownRaw = 16 << 10; // characters of a token that are shown in colours
const local = document.documentElement.dataset.mode === 'local';
const $ = id => document.getElementById(id);
const texts = ['token', 'keys', 'keysAs', 'issuer', 'audience', 'type'];
const switches = ['anyIssuer', 'anyAudience', 'anyType', 'noExpiry'];
let ask; // from a request to the promise of an answer
let asked = 0; // the number of the last request
let dropped = {}; // how many characters of a text were too many

function element(name, className, text) {
	const e = document.createElement(name);
	if (className) e.className = className;
	if (text !== undefined) e.textContent = text;
	return e;
}

const shown = {};

// show calls fill if the value differs from the one that is shown.
function show(id, value, fill) {
	const text = JSON.stringify(value ?? null);
	if (shown[id] === text) return;
	shown[id] = text;
	fill($(id), value);
}

const showText = (id, text) => show(id, text, e => { e.textContent = text ?? ''; });

async function post(path, body) {
	const answer = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), cache: 'no-store' });
	if (!answer.ok) throw new Error(await answer.text());
	return answer.json();
}

// load starts the library that is in the page, compiled to WebAssembly.
async function load() {
	const packed = Uint8Array.from(atob($('library').textContent), c => c.charCodeAt(0));
	$('library').remove();
	const bytes = await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
	const go = new Go();
	const { instance } = await WebAssembly.instantiate(bytes, go.importObject);
	go.run(instance);
	return async request => JSON.parse(globalThis.jwtCheck(JSON.stringify(request)));
}

async function check() {
	if (!ask) return;
	const request = { now: Date.now(), leeway: Math.trunc(Number($('leeway').value)) || 0 };
	for (const id of texts) request[id] = $(id).value;
	for (const id of switches) request[id] = $(id).checked;
	for (const id of ['Issuer', 'Audience', 'Type']) $(id.toLowerCase()).disabled = request['any' + id];
	const number = ++asked;
	let answer;
	try {
		answer = await ask(request);
	} catch (e) {
		answer = { verdict: 'undecided', reason: local ? 'the jwt command does not answer: has it been stopped?' : 'the library has stopped; load the page again' };
	}
	if (number === asked) render(request.token.trim(), answer);
}

const titles = {
	nothing: 'Paste a token to look at it', waiting: 'Not verified', undecided: 'Could not be decided', accepted: 'Accepted', refused: 'Refused',
};

function render(token, a) {
	if (a.error) a.reason = a.error;
	show('verdict', a.verdict, e => { e.dataset.verdict = a.verdict; });
	showText('verdict-title', titles[a.verdict]);
	showText('verdict-reason', a.verdict === 'accepted' ? 'The signature is good, and every rule is passed.' : a.reason);
	showText('verdict-advice', a.advice);
	show('fill', a.fill, (e, fill) => {
		e.hidden = !fill;
		e.textContent = fill ? 'Set ' + $(fill.field).labels[0].firstChild.textContent.trim() : '';
		e.onclick = () => { $(fill.field).value = fill.value; $(fill.field).focus(); check(); };
	});
	note('token', '');
	note('keys', a.keysError || a.keys, a.keysError);
	renderParts(token, a);
	renderTimes(a.marks || []);
	renderEntries('header', a.header);
	renderEntries('claims', a.claims);
	showText('payload', a.payload);
	$('claims-card').hidden = !a.claims?.length && !a.payload && !a.encrypted;
	if (a.encrypted) showText('payload', 'Encrypted: only who has the private key can read it.');
	show('warnings', a.warnings, (e, warnings) => {
		e.replaceChildren(...(warnings || []).map(w => element('li', '', w)));
		$('warnings-card').hidden = !warnings?.length;
	});
	renderRules(a.steps || []);
}

function note(id, text, wrong) {
	if (dropped[id]) {
		text = `${dropped[id]} characters were pasted and dropped: at most ${maxText} are looked at.`;
		wrong = true;
	}
	showText(id + '-note', text);
	$(id + '-note').classList.toggle('wrong', Boolean(wrong));
}

const partClass = name => name === 'header' ? 'part-header' : name === 'payload' || name === 'ciphertext' ? 'part-payload' : 'part-signature';

function renderParts(token, a) {
	const parts = a.parts || [];
	const all = token.slice(token.lastIndexOf(' ') + 1).split('.');
	show('legend', parts, e => e.replaceChildren(...parts.map(p => element('span', partClass(p.name), `${p.name}, ${p.size} characters`))));
	show('raw', parts.length ? all : [], e => {
		let left = shownRaw;
		e.replaceChildren(...parts.flatMap((p, i) => {
			const text = (all[i] || '').slice(0, left).replace(/[^\x21-\x7e]/g, '\ufffd');
			left -= text.length;
			const span = element('span', partClass(p.name), text);
			return i === 0 ? [span] : ['.', span];
		}), left === 0 ? ' …' : '');
	});
	$('coloured').hidden = !parts.length;
	const signature = parts[2];
	$('signature-card').hidden = !signature || a.encrypted;
	if (signature && !a.encrypted) {
		showText('signature', signature.size === 0 ? 'There is none.' : {
			accepted: 'Verified with the key: the holder of the private key or secret has written the header and the claims.',
		}[a.verdict] ?? 'It proves who has written the header and the claims, once the key says that it is good.');
	}
}

function renderEntries(id, entries) {
	$(id + '-card').hidden = !entries?.length;
	show(id, entries, e => e.replaceChildren(...(entries || []).flatMap(entry => {
		const value = element('dd');
		value.append(element('div', 'value', entry.value));
		if (entry.time) value.append(element('div', 'when', `${entry.time.replace('T', ' ').replace('Z', ' UTC')}: ${entry.text}`));
		value.append(element('div', 'meaning', entry.meaning));
		return [element('dt', '', entry.name), value];
	})));
}

function renderRules(steps) {
	$('rules-none').hidden = steps.length > 0;
	show('rules', steps, e => e.replaceChildren(...steps.map(s => {
		const row = element('li', s.result === 'not reached' ? 'not-reached' : s.result);
		const detail = element('div', 'detail');
		if (s.got) detail.append(element('div', 'found', s.got));
		if (s.want) detail.append(element('div', 'wants', 'accepts ' + s.want));
		row.append(element('span', 'result', s.result), element('span', 'name', s.step), detail);
		return row;
	})));
}

const markNames = { iat: 'issued', nbf: 'valid from', exp: 'expires', auth_time: 'login', now: 'now' };

function renderTimes(marks) {
	$('times-card').hidden = !marks.length;
	show('times', marks, e => e.replaceChildren(...marks.map(m => {
		const row = element('li', m.name);
		row.append(element('span', 'name', m.name), element('span', 'time', m.time.replace('T', ' ').replace('Z', ' UTC')), element('span', 'text', m.name === 'now' ? '' : m.text));
		return row;
	})));
	show('timeline', marks, e => drawTimeline(e, marks));
}

function drawTimeline(e, marks) {
	e.replaceChildren(element('div', 'bar'));
	if (!marks.length) return;
	const first = marks[0].at, last = marks[marks.length - 1].at;
	const place = at => last === first ? 50 : 2 + 96 * (at - first) / (last - first);
	const of = name => marks.find(m => m.name === name);
	const start = of('nbf') || of('iat'), end = of('exp');
	if (end && start && end.at > start.at) {
		const life = element('div', 'life');
		life.style.left = place(start.at) + '%';
		life.style.width = place(end.at) - place(start.at) + '%';
		e.append(life);
	}
	const lanes = []; // where the last label of each line ends, in percent
	const em = 100 / Math.max(20, e.clientWidth / 7.2); // a character, in percent
	for (const m of marks) {
		const x = place(m.at), text = markNames[m.name] || m.name, width = text.length * em;
		const tick = element('div', 'tick ' + m.name);
		tick.style.left = x + '%';
		const left = Math.min(Math.max(0, x - width / 2), 100 - width);
		let lane = lanes.findIndex(end => left > end + em);
		if (lane < 0) lane = lanes.push(0) - 1;
		lanes[lane] = left + width;
		const label = element('div', 'label ' + m.name, text);
		label.style.left = left + '%';
		label.style.top = 1.5 + lane * 1.15 + 'rem';
		e.append(tick, label);
	}
	e.style.height = 1.6 + lanes.length * 1.15 + 'rem';
}

// guard drops a text that is too long before the page has to show it.
function guard(id) {
	const field = $(id);
	field.addEventListener('paste', e => {
		const size = e.clipboardData?.getData('text/plain').length ?? 0;
		dropped[id] = size > maxText ? size : 0;
		if (dropped[id]) { e.preventDefault(); check(); }
	});
	field.addEventListener('input', () => {
		dropped[id] = field.value.length > maxText ? field.value.length : 0;
		if (dropped[id]) field.value = '';
	});
}

async function fetchKeys() {
	const note = $('fetch-note');
	note.classList.remove('wrong');
	note.textContent = 'fetching …';
	$('fetch').disabled = true;
	try {
		const answer = await post('fetch', { url: $('url').value.trim(), issuer: $('issuer').value });
		if (answer.error) throw new Error(answer.error);
		$('keys').value = answer.keys;
		$('keysAs').value = 'key';
		note.textContent = 'fetched';
		check();
	} catch (e) {
		note.textContent = e.message;
		note.classList.add('wrong');
	}
	$('fetch').disabled = false;
}

async function start() {
	for (const id of ['token', 'keys']) guard(id);
	$('form').addEventListener('input', check);
	$('form').addEventListener('submit', e => e.preventDefault());
	$('fetch').addEventListener('click', fetchKeys);
	try {
		ask = local ? request => post('check', request) : await load();
		if (local) $('token').value ||= (await post('token', {})).token;
	} catch (e) {
		ask = async () => { throw e; };
	}
	document.documentElement.dataset.ready = 'yes';
	await check();
	// Time goes by, but nothing is moved from under a selection.
	setInterval(() => { if (!document.hidden && $('token').value && getSelection().isCollapsed) check(); }, 15000);
}

start();
