/** Contracts of the shop's events, registered under <topic>-value. */
export const orderPlaced = JSON.stringify({
  type: 'record',
  name: 'OrderPlaced',
  namespace: 'shop.orders',
  fields: [
    { name: 'orderId', type: 'string' },
    { name: 'customerId', type: 'long', doc: 'beyond what a double holds' },
    { name: 'placedAt', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'payment', type: { type: 'enum', name: 'Payment', symbols: ['CARD', 'WALLET', 'INVOICE'] } },
    { name: 'total', type: { type: 'bytes', logicalType: 'decimal', precision: 12, scale: 2 } },
    { name: 'currency', type: 'string' },
    {
      name: 'lines',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'Line',
          fields: [
            { name: 'sku', type: 'string' },
            { name: 'quantity', type: 'int' },
          ],
        },
      },
    },
  ],
})

/** Not compatible: `currency` is gone and `region` has no default, so readers of the first version fail. */
export const orderPlacedBroken = JSON.stringify({
  type: 'record',
  name: 'OrderPlaced',
  namespace: 'shop.orders',
  fields: [
    { name: 'orderId', type: 'string' },
    { name: 'region', type: 'int' },
    { name: 'customerId', type: 'long' },
    { name: 'placedAt', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'total', type: 'double' },
  ],
})

export const payment = `syntax = "proto3";
package shop.payments;

message PaymentSettled {
  string order_id = 1;
  int64 customer_id = 2;
  int64 amount_minor = 3;
  string currency = 4;
  string provider_reference = 5;
}

message PaymentRefused {
  string order_id = 1;
  int64 customer_id = 2;
  string reason = 3;
}
`

const eventSchema = (title: string, kinds: readonly string[]): string =>
  JSON.stringify({
    $schema: 'http://json-schema.org/draft-07/schema#',
    title,
    type: 'object',
    required: ['kind', 'orderId'],
    properties: {
      kind: { enum: kinds },
      orderId: { type: 'string' },
      customerId: { type: 'integer' },
      reason: { type: 'string' },
      sku: { type: 'string' },
      quantity: { type: 'integer' },
    },
  })

export const checkout = eventSchema('Checkout', ['CheckoutCompleted'])
export const stockEvent = eventSchema('StockEvent', ['StockReserved', 'StockReleased'])
export const orderEvent = eventSchema('OrderEvent', ['OrderCancelled'])
