import { type AddressInfo, createServer, type Server } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type AddressPolicy, judgeAddress } from './address-policy.ts'
import { AddressRefusedError, createDialler, createSocketOpener } from './dialler.ts'

const CLOSED: AddressPolicy = { allowedAddresses: [] }
const judge = (address: string, policy: AddressPolicy = CLOSED) =>
  judgeAddress({ host: 'kafka.example.com', port: 9092, address }, policy).permitted

describe('address policy', () => {
  it.each([
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '0:0:0:0:0:ffff:a00:1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    'fe80::1',
    'fec0::1',
    'fc00::1',
    'fd12:3456::1',
    'ff02::1',
    '2001:db8::1',
    '2002:7f00:1::1',
    'not-an-address',
  ])('refuses %s', (address) => expect(judge(address)).toBe(false))

  it.each(['1.1.1.1', '172.15.0.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808'])(
    'permits %s',
    (address) => expect(judge(address)).toBe(true),
  )

  it('permits exactly the host and port that the operator lists', () => {
    const policy = { allowedAddresses: ['127.0.0.1:9092', 'kafka.internal:9093', '[::1]:9094'] }
    const at = (host: string, port: number, address: string) => judgeAddress({ host, port, address }, policy).permitted
    expect(at('127.0.0.1', 9092, '127.0.0.1')).toBe(true)
    expect(at('localhost', 9092, '127.0.0.1')).toBe(true)
    expect(at('127.0.0.1', 9093, '127.0.0.1')).toBe(false)
    expect(at('127.0.0.2', 9092, '127.0.0.2')).toBe(false)
    expect(at('KAFKA.internal', 9093, '10.0.0.5')).toBe(true)
    expect(at('other.internal', 9093, '10.0.0.5')).toBe(false)
    expect(at('::1', 9094, '::1')).toBe(true)
  })

  it('refuses the networks of the service and ports that are none', () => {
    expect(judge('52.1.2.3', { allowedAddresses: [], ownNetworks: ['52.1.0.0/16'] })).toBe(false)
    expect(judge('2606:4700::5', { allowedAddresses: [], ownNetworks: ['2606:4700::/32'] })).toBe(false)
    for (const port of [0, -1, 65_536, 1.5, Number.NaN])
      expect(judgeAddress({ host: 'a', port, address: '1.1.1.1' }, CLOSED).permitted).toBe(false)
  })
})

describe('dialler', () => {
  let server: Server | undefined
  afterEach(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())))
  const listen = () =>
    new Promise<number>((resolve) => {
      const listening = createServer((socket) => socket.on('error', () => {}).end('hello'))
      server = listening
      listening.listen(0, '127.0.0.1', () => resolve((listening.address() as AddressInfo).port))
    })

  it.each(['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '127.1', '0177.0.0.1', '[::1]'])(
    'refuses every spelling of loopback: %s',
    async (host) => {
      const dial = createDialler({ allowedAddresses: [] })
      await expect(dial({ host, port: 9092 })).rejects.toThrow(/may not be reached|ENOTFOUND|EAI_AGAIN/)
    },
  )

  it('connects to the address that it judged: a name is resolved once', async () => {
    const port = await listen()
    const answers = [['127.0.0.1'], ['10.0.0.1']]
    let asked = 0
    const dial = createDialler({ allowedAddresses: [`127.0.0.1:${port}`], resolve: async () => answers[asked++] ?? [] })
    const socket = await dial({ host: 'rebind.example', port })
    expect(socket.remoteAddress).toBe('127.0.0.1')
    expect(asked).toBe(1)
    socket.destroy()
    await expect(dial({ host: 'rebind.example', port })).rejects.toBeInstanceOf(AddressRefusedError)
  })

  it('reads into memory that the caller owns', async () => {
    const port = await listen()
    const memory = new Uint8Array(16)
    const read = Promise.withResolvers<number>()
    const callback = (bytes: number) => {
      read.resolve(bytes)
      return true
    }
    const dial = createDialler({ allowedAddresses: [`127.0.0.1:${port}`] })
    const socket = await dial({
      host: '127.0.0.1',
      port,
      onread: { buffer: memory, callback },
    })
    expect(await read.promise).toBe(5)
    expect(Buffer.from(memory.subarray(0, 5)).toString()).toBe('hello')
    socket.destroy()
  })

  it('gives a socket at once that is destroyed when the address is refused', async () => {
    const port = await listen()
    const refused = createSocketOpener({ allowedAddresses: [] })({ host: '127.0.0.1', port })
    const error = await new Promise((resolve) => refused.once('error', resolve))
    expect(error).toBeInstanceOf(AddressRefusedError)
    const socket = createSocketOpener({ allowedAddresses: [`127.0.0.1:${port}`] })({ host: '127.0.0.1', port })
    await new Promise((resolve) => socket.once('connect', resolve))
    socket.destroy()
  })
})
