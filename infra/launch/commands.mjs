// What `npm start`, `npm test` and `npm run …` are. A command names the file that Node 24 runs and what must be there before.

const stack = 'infra/launch/stack'

/** @type {Record<string, {run: (args: string[]) => {file: string, args: string[]}, doc: string, usage?: string, needs?: string[], quiet?: boolean, ownSession?: boolean, ownHelp?: boolean}>} */
export const COMMANDS = {
  start: {
    doc: 'Run the whole service on this machine with a demo tenant and live pipelines; Ctrl-C drains with a checkpoint.',
    usage: '[--port N] [--data DIR] [--reset] [--no-kafka] [--no-demo]',
    needs: ['kafka'],
    ownSession: true,
    run: (args) => ({ file: `${stack}/start.ts`, args }),
  },
  test: {
    doc: 'Install what is missing and run all checks and tests; the last line counts tests.',
    usage: '[--no-check] [PACKAGE...]',
    needs: ['kafka', 's3'],
    run: (args) => ({ file: `${stack}/test.ts`, args }),
  },
  demo: {
    doc: 'Two tenants, a flood, a killed worker, a checked result: the proof of the main promises.',
    usage: '[--report FILE] [--drop-wakeups] [--outage SECONDS]',
    needs: ['kafka'],
    ownSession: true,
    run: (args) => ({ file: 'e2e/demo/main.ts', args }),
  },
  bench: {
    doc: 'Measure: events per CPU-second over Kafka JSON, the SQL front end, and where the time goes.',
    usage: '[sql|kafka] [--events N]',
    needs: ['kafka'],
    run: (args) => ({ file: 'e2e/bench/main.ts', args }),
  },
  conformance: {
    doc: "Hold the engine against cases with Flink's own answers.",
    usage: '--suite parser|types|functions|programs [--cases FILE] [--report FILE]',
    run: (args) => ({ file: 'services/libs/engine/src/conformance/main.ts', args }),
  },
  fuzz: {
    doc: 'Mutated and generated SQL through the front end: no crash, no hang.',
    usage: '[--runs N] [--seed S] [--threads T] [--run NUMBER]',
    ownHelp: true,
    run: (args) => ({ file: 'services/libs/engine/src/fuzz/main.ts', args }),
  },
  millrace: {
    doc: 'The command line client: npm run millrace -- <command>.',
    quiet: true,
    ownHelp: true,
    run: (args) => ({ file: 'apps/cli/src/main.ts', args }),
  },
  run: {
    doc: 'One of the verbs over all packages: build, check, format, generate, e2e.',
    usage: 'build|check|format|generate|e2e',
    run: (args) => ({ file: `${stack}/verb.ts`, args }),
  },
}

/** Help for one command, or the list of all. */
export function help(name) {
  const entry = name === undefined ? undefined : COMMANDS[name]
  if (entry) return `${name} ${entry.usage ?? ''}\n\n  ${entry.doc}\n`
  const lines = Object.entries(COMMANDS).map(([key, { doc }]) => `  ${key.padEnd(12)} ${doc}`)
  return `Millrace\n\n${lines.join('\n')}\n\nnpm start, npm test, and npm run demo|bench|conformance|fuzz|millrace|check|format|generate|build|e2e\n`
}
