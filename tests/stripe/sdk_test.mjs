// Stripe's own SDK (npm `stripe`) against our test server: what it asks, signs, retries, pages and
// complains of is what Stripe's clients do, so where the two agree the server is faithful.
//
// usage: node sdk_test.mjs NODE_MODULES SERVER_URL
import assert from 'node:assert/strict';
import {createRequire} from 'node:module';
import {resolve} from 'node:path';

const [, , modules, url] = process.argv;
const Stripe = createRequire(resolve(modules) + '/')('stripe');
const at = new URL(url);
const client = (key, more = {}) =>
  new Stripe(key, {host: at.hostname, port: at.port, protocol: 'http', maxNetworkRetries: 0, ...more});
const stripe = client('sk_test_bilten');
const order = async (what, body = {}) => {
  const answer = await fetch(`${url}/_control/${what}`, {method: 'POST', body: JSON.stringify(body)});
  assert.equal(answer.status, 200, `${what}: ${await answer.clone().text()}`);
  return answer.json();
};
const fails = async (call, type, more = {}) => {
  const error = await call.then(() => assert.fail('no error came'), (caught) => caught);
  assert.equal(error.type, type, error.message);
  for (const [name, value] of Object.entries(more)) assert.equal(error[name], value, name);
  return error;
};
const session_of = (amount, more = {}) => ({
  mode: 'payment',
  success_url: 'https://tickets.example/done',
  client_reference_id: 'payment-1',
  metadata: {payment_id: 'payment-1', note: 'a [b] & c=d é'},
  payment_intent_data: {metadata: {payment_id: 'payment-1'}},
  line_items: [{quantity: 1, price_data: {currency: 'EUR', unit_amount: amount, product_data: {name: 'Two tickets'}}}],
  ...more,
});
const paid = async (amount) => {
  const session = await stripe.checkout.sessions.create(session_of(amount));
  await order('pay', {session: session.id});
  return stripe.checkout.sessions.retrieve(session.id, {expand: ['payment_intent.latest_charge']});
};

const tests = {
  async 'the version is the one that this SDK was made for'() {
    assert.equal(Stripe.API_VERSION ?? stripe.getApiField('version'), '2026-07-29.dahlia');
    await fails(client('sk_test_bilten', {apiVersion: '2019-01-01'}).balance.retrieve(), 'StripeInvalidRequestError');
  },
  async 'a session is opened, paid and found again with its intent and charge'() {
    const session = await stripe.checkout.sessions.create(session_of(2599));
    assert.equal(session.status, 'open');
    assert.equal(session.payment_status, 'unpaid');
    assert.equal(session.currency, 'eur');
    assert.equal(session.metadata.note, 'a [b] & c=d é');
    assert.ok(session.url.startsWith(url));
    const done = await paid(2599);
    assert.equal(done.payment_status, 'paid');
    assert.equal(done.payment_intent.amount_received, 2599);
    assert.equal(done.payment_intent.metadata.payment_id, 'payment-1');
    assert.equal(done.payment_intent.latest_charge.amount, 2599);
    assert.equal(done.lastResponse.statusCode, 200);
    assert.match(done.lastResponse.requestId, /^req_/);
  },
  async 'a session that expired takes no money'() {
    const session = await stripe.checkout.sessions.create(session_of(1000));
    assert.equal((await stripe.checkout.sessions.expire(session.id)).status, 'expired');
    await fails(stripe.checkout.sessions.expire(session.id), 'StripeInvalidRequestError');
    const old = await stripe.checkout.sessions.create(session_of(1000));
    await order('clock', {advance_s: 24 * 3600 + 1});
    assert.equal((await stripe.checkout.sessions.retrieve(old.id)).status, 'expired');
  },
  async 'a refused card is an error of the card, and 3-D Secure asks for the buyer'() {
    const intent = {amount: 700, currency: 'eur', confirm: true, payment_method_types: ['card']};
    const error = await fails(
      stripe.paymentIntents.create({...intent, payment_method: 'pm_card_chargeDeclinedInsufficientFunds'}),
      'StripeCardError', {code: 'card_declined', decline_code: 'insufficient_funds', statusCode: 402});
    assert.equal(error.payment_intent.status, 'requires_payment_method');
    const again = await stripe.paymentIntents.confirm(error.payment_intent.id, {payment_method: 'pm_card_visa'});
    assert.equal(again.status, 'succeeded');
    const asks = await stripe.paymentIntents.create({...intent, payment_method: 'pm_card_authenticationRequired'});
    assert.equal(asks.status, 'requires_action');
    assert.equal((await stripe.paymentIntents.cancel(asks.id)).status, 'canceled');
  },
  async 'the same key and body answer the same, another body is an idempotency error'() {
    const options = {idempotencyKey: 'key-1'};
    const first = await stripe.checkout.sessions.create(session_of(1100), options);
    const second = await stripe.checkout.sessions.create(session_of(1100), options);
    assert.equal(second.id, first.id);
    assert.equal(second.lastResponse.headers['idempotent-replayed'], 'true');
    await fails(stripe.checkout.sessions.create(session_of(1200), options), 'StripeIdempotencyError');
    await order('clock', {advance_s: 24 * 3600});
    assert.notEqual((await stripe.checkout.sessions.create(session_of(1100), options)).id, first.id);
  },
  async 'the SDK retries what ran without an answer, and it has run once'() {
    const retrying = client('sk_test_bilten', {maxNetworkRetries: 2});
    const {payment_intent: intent} = await paid(3000);
    for (const kind of ['cut_after', '500', '429', '409']) await order('fault', {kind, path: '/v1/refunds'});
    const patient = client('sk_test_bilten', {maxNetworkRetries: 4});
    await patient.refunds.create({payment_intent: intent.id, amount: 500});
    const refunds = await retrying.refunds.list({payment_intent: intent.id});
    assert.equal(refunds.data.length, 1);
  },
  async 'a limit of the rate is an error of its own, with Retry-After'() {
    await order('fault', {kind: '429', method: 'GET', path: '/v1/balance', retry_after: 7});
    const error = await fails(stripe.balance.retrieve(), 'StripeRateLimitError', {code: 'rate_limit', statusCode: 429});
    assert.equal(error.headers['retry-after'], '7');
  },
  async 'other troubles are of the types that the SDK knows'() {
    await fails(client('sk_test_wrong').balance.retrieve(), 'StripeAuthenticationError');
    await fails(stripe.checkout.sessions.retrieve('cs_test_none'), 'StripeInvalidRequestError',
                {code: 'resource_missing', statusCode: 404});
    await fails(stripe.checkout.sessions.create(session_of(10)), 'StripeInvalidRequestError',
                {code: 'amount_too_small'});
    await fails(stripe.checkout.sessions.create({...session_of(1000), surprise: 1}), 'StripeInvalidRequestError',
                {code: 'parameter_unknown', param: 'surprise'});
    await fails(stripe.refunds.create({amount: 1}), 'StripeInvalidRequestError');
    await order('fault', {kind: '500', method: 'GET', path: '/v1/balance'});
    await fails(stripe.balance.retrieve(), 'StripeAPIError');
    await order('fault', {kind: 'cut_before', method: 'GET', path: '/v1/balance', times: 3});  // A stale connection is tried again.
    await fails(stripe.balance.retrieve(), 'StripeConnectionError');
    await order('clear_faults');
  },
  async 'refunds are partial until nothing is left, and fail later'() {
    const {payment_intent: intent} = await paid(2000);
    const part = await stripe.refunds.create({payment_intent: intent.id, amount: 500, metadata: {refund_id: 'r1'}});
    assert.equal(part.status, 'succeeded');
    await fails(stripe.refunds.create({payment_intent: intent.id, amount: 1501}), 'StripeInvalidRequestError');
    const rest = await stripe.refunds.create({charge: intent.latest_charge.id});
    assert.equal(rest.amount, 1500);
    await fails(stripe.refunds.create({payment_intent: intent.id}), 'StripeInvalidRequestError',
                {code: 'charge_already_refunded'});
    await order('end_refund', {refund: rest.id, status: 'failed'});
    assert.equal((await stripe.refunds.retrieve(rest.id)).status, 'failed');
  },
  async 'a dispute takes evidence until it is submitted, and ends'() {
    const {payment_intent: intent} = await paid(5000);
    const made = await order('dispute', {charge: intent.latest_charge.id});
    await fails(stripe.refunds.create({payment_intent: intent.id}), 'StripeInvalidRequestError', {code: 'charge_disputed'});
    const evidence = {uncategorized_text: 'Scanned at gate 2', service_date: '2026-11-26'};
    const staged = await stripe.disputes.update(made.id, {evidence, submit: false});
    assert.equal(staged.status, 'needs_response');
    assert.equal(staged.evidence.uncategorized_text, 'Scanned at gate 2');
    assert.equal((await stripe.disputes.update(made.id, {submit: true})).status, 'under_review');
    await order('close_dispute', {dispute: made.id, status: 'won'});
    const won = await stripe.disputes.retrieve(made.id);
    assert.equal(won.status, 'won');
    assert.equal(won.balance_transactions.length, 2);
  },
  async 'the balance, its lines and its payouts add up'() {
    await paid(4000);
    const [before] = (await stripe.balance.retrieve()).available.filter((one) => one.currency === 'eur');
    const payout = await order('pay_out', {currency: 'eur'});
    assert.equal(payout.amount, before.amount);
    let sum = 0, own = 0;
    for await (const line of stripe.balanceTransactions.list({payout: payout.id, limit: 3})) {
      if (line.type === 'payout') own = line.net; else sum += line.net;
    }
    assert.equal(sum, payout.amount);
    assert.equal(own, -payout.amount);
    assert.equal((await stripe.payouts.list({limit: 1})).data[0].id, payout.id);
  },
  async 'lists page in both directions and by time'() {
    const ids = [];
    for (let number = 0; number < 5; ++number) ids.unshift((await stripe.checkout.sessions.create(session_of(1000 + number))).id);
    const first = await stripe.checkout.sessions.list({limit: 2});
    assert.deepEqual(first.data.map((one) => one.id), ids.slice(0, 2));
    assert.equal(first.has_more, true);
    const next = await stripe.checkout.sessions.list({limit: 2, starting_after: ids[1]});
    assert.deepEqual(next.data.map((one) => one.id), ids.slice(2, 4));
    const back = await stripe.checkout.sessions.list({limit: 2, ending_before: ids[2]});
    assert.deepEqual(back.data.map((one) => one.id), ids.slice(0, 2));
    assert.equal((await stripe.checkout.sessions.list({created: {gt: first.data[0].created + 100}})).data.length, 0);
  },
  async 'events tell what happened, and webhooks carry them with signatures the SDK believes'() {
    const got = [];
    const {createServer} = await import('node:http');
    const receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (part) => (body += part)).on('end', () => {
        got.push({body, signature: request.headers['stripe-signature']});
        response.end();
      });
    });
    await new Promise((ready) => receiver.listen(0, '127.0.0.1', ready));
    const now = Math.floor(Date.now() / 1000);
    const ours = (await order('clock', {advance_s: 0})).now;
    await order('clock', {advance_s: now - ours});
    const endpoint = await stripe.webhookEndpoints.create({
      url: `http://127.0.0.1:${receiver.address().port}/hook`,
      enabled_events: ['checkout.session.completed', 'refund.created'],
    });
    await order('roll_secret', {endpoint: endpoint.id, secret: 'whsec_new'});
    await paid(1500);
    for (const end = Date.now() + 10000; got.length === 0; ) {
      assert.ok(Date.now() < end, 'no webhook came');
      await new Promise((later) => setTimeout(later, 10));
    }
    receiver.close();
    for (const secret of [endpoint.secret, 'whsec_new']) {
      const event = stripe.webhooks.constructEvent(got[0].body, got[0].signature, secret);
      assert.equal(event.type, 'checkout.session.completed');
      assert.equal(event.data.object.payment_status, 'paid');
      assert.equal((await stripe.events.retrieve(event.id)).type, event.type);
    }
    assert.throws(() => stripe.webhooks.constructEvent(got[0].body + ' ', got[0].signature, 'whsec_new'),
                  {type: 'StripeSignatureVerificationError'});
    const types = (await stripe.events.list({limit: 5})).data.map((one) => one.type);
    assert.ok(types.includes('payment_intent.succeeded') && types.includes('charge.succeeded'));
  },
};

let failed = 0;
for (const [name, run] of Object.entries(tests)) {
  try {
    await run();
    console.log(`ok   ${name}`);
  } catch (error) {
    ++failed;
    console.log(`FAIL ${name}\n     ${error.stack ?? error}`);
  }
}
console.log(`${Object.keys(tests).length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
