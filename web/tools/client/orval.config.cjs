// Generates web/src/api from web/openapi.json: `npm run generate` in web/.
module.exports = {
  salus: {
    input: '../../openapi.json',
    output: {
      target: '../../src/api/salus.ts',
      client: 'fetch',
      mode: 'split',
      clean: true,
      override: {
        mutator: { path: '../../src/app/transport.ts', name: 'transport' },
        fetch: { includeHttpResponseReturnType: false },
        namingConvention: { enum: 'camelCase' },
      },
    },
  },
}
