/** Published weights: PyTorch's file, from a server and from a folder of one's own. */
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AdaptiveAvgPool2d, Conv2d, Flatten, LogSoftmax, Sequential } from '@dl/layers'
import { bodyOf, ConvLearner, resnet18, resnet20 } from '@dl/vision'
import { sin, type Tensor, tensor, tidy, transpose } from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { publishedFile } from '../../src/models/published-weights'
import { pictureData } from '../learner/pictures'

const fixtures = new URL('../fixtures/', import.meta.url)
const bytes = await readFile(new URL('resnet18-narrow.pth', fixtures))
const golden = JSON.parse(await readFile(new URL('resnet18-narrow.json', fixtures), 'utf8'))
const sha256 = createHash('sha256').update(bytes).digest('hex')
const narrow = { widths: [2, 2, 2, 2], classes: 3 }

let folder: string
let server: Server
let asked = 0
const kept = { data: process.env.DL_DATA, cache: process.env.DL_CACHE }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pretrained-'))
  process.env.DL_CACHE = join(folder, 'cache')
  delete process.env.DL_DATA
  asked = 0
  server = createServer((_request, response) => {
    asked++
    response.end(bytes)
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
})

afterEach(async () => {
  for (const [name, value] of Object.entries({ DL_DATA: kept.data, DL_CACHE: kept.cache })) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
  await new Promise(done => server.close(done))
  await rm(folder, { recursive: true })
})

const remote = () => ({
  url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/narrow.pth`,
  sha256,
  name: 'weights/narrow.pth',
})

/** A copy under the published name in a folder of one's own. */
async function ownCopy() {
  process.env.DL_DATA = folder
  await mkdir(join(folder, 'weights'))
  await writeFile(join(folder, 'weights/resnet18-f37072fd.pth'), bytes)
}

async function expectPyTorchs(net: { call(x: Tensor): Tensor; eval(): unknown }) {
  net.eval()
  const y = tidy(() => {
    const places = Float32Array.from({ length: 2 * 3 * 32 * 32 }, (_, i) => i)
    return net.call(transpose(sin(tensor(places, [2, 3, 32, 32])), [0, 2, 3, 1]))
  })
  const values = await y.data()
  for (const [i, value] of golden.output.entries()) expect(values[i]).toBeCloseTo(value, 4)
  y.dispose()
}

it("downloads PyTorch's file once, and gives what PyTorch gives", async () => {
  for (let time = 0; time < 2; time++) {
    const net = await resnet18({ ...narrow, weights: remote() })
    await expectPyTorchs(net)
    net.dispose()
  }
  expect(asked).toBe(1)
})

it('finds published weights in a folder of your own, by their name', async () => {
  await ownCopy()
  const net = await resnet18({ ...narrow, weights: 'imagenet1k_v1' })
  await expectPyTorchs(net)
  net.dispose()
})

it('refuses what fits no net, and leaves nothing behind', async () => {
  await expect(
    resnet18({ ...narrow, weights: { ...remote(), sha256: '0'.repeat(64) } }),
  ).rejects.toMatchObject({ code: 'wrong-checksum' })
  await expect(resnet18({ ...narrow, classes: 9, weights: remote() })).rejects.toThrow(
    'wrong shape: fc.weight [3, 2] instead of [9, 2]',
  )
  const net = () => resnet20({ widths: [2, 2, 2] })
  await expect(
    ConvLearner.pretrained(net, pictureData(), { weights: 'imagenet1k_v1' }),
  ).rejects.toThrow(
    'the weights "imagenet1k_v1" of resnet20 were asked for; expected one of resnet18, resnet34, resnet50, whose weights are published.',
  )
  const list = join(folder, 'list.pth')
  await writeFile(list, 'no PyTorch file')
  const run = ConvLearner.pretrained(() => resnet18(narrow), pictureData(), { weights: list })
  await expect(run).rejects.toThrow(list)
})

it('says what to do without a network', async () => {
  const weights = remote()
  await new Promise(done => server.close(done))
  server = createServer().listen(0)
  const net = resnet18({ ...narrow, weights })
  await expect(net).rejects.toMatchObject({ code: 'offline' })
  await expect(net).rejects.toThrow('DL_DATA to a folder that has weights/narrow.pth')
})

it('gives a learner a body with them, whatever its classes', async () => {
  await ownCopy()
  const arch = ({ classes }: { classes: number }) => resnet18({ ...narrow, classes })
  const learn = await ConvLearner.pretrained(arch, pictureData(), {
    weights: 'imagenet1k_v1',
    xtraFc: [4],
  })
  const trains = [...learn.model.namedParameters()].filter(([, { trainable }]) => trainable)
  expect(trains.map(([name]) => Number(name.split('.')[0])).every(i => i >= 10)).toBe(true)
  await learn.fit(0.01, 1)
  learn.unfreeze()
  await learn.fit([1e-4, 1e-3, 1e-2], 1)
  learn.dispose()
  learn.model.dispose()
})

it("trains the lesson's net for heat maps: head first, then twelve groups with rates of their own", async () => {
  await ownCopy()
  const net = await resnet18({ ...narrow, weights: 'imagenet1k_v1' })
  const body = bodyOf(net)
  const head = [new Conv2d(2, 3, 3, { padding: 1 }), new AdaptiveAvgPool2d(), new Flatten()]
  const model = new Sequential(...body, ...head, new LogSoftmax())
  net.fc!.dispose()
  const learn = ConvLearner.fromModelData(model, pictureData())
  expect(learn.layerGroups.length).toBe(12)
  learn.freezeTo(-4)
  const trains = [...model.namedParameters()].filter(([, { trainable }]) => trainable)
  expect(trains.map(([name]) => name)).toEqual(['8.weight', '8.bias'])
  const first = async (at: string) => {
    const [, parameter] = [...model.namedParameters()].find(([name]) => name === at)!
    return (await parameter.value.data())[0]
  }
  const before = await first('0.weight')
  await learn.fit(0.01, 1)
  expect(await first('0.weight')).toBe(before)
  learn.unfreeze()
  const rates = [1e-6, 1e-4, 1e-2].flatMap(rate => Array<number>(4).fill(rate))
  await learn.fit(rates, 1)
  expect(await first('0.weight')).not.toBe(before)
  learn.dispose()
  model.dispose()
})

it.each([
  ['resnet18', 'resnet18-f37072fd.pth'],
  ['resnet34', 'resnet34-b627a593.pth'],
  ['resnet50', 'resnet50-0676ba61.pth'],
])('knows %s by a sum that begins as the name of its file says', (architecture, name) => {
  const file = publishedFile(architecture, 'imagenet1k_v1')
  expect(file.url).toBe(`https://download.pytorch.org/models/${name}`)
  expect(file.name).toBe(`weights/${name}`)
  // torch.hub compares these eight digits
  expect(file.sha256.slice(0, 8)).toBe(/-([0-9a-f]{8})\.pth$/.exec(name)?.[1])
  expect(file.sha256).toMatch(/^[0-9a-f]{64}$/)
})
