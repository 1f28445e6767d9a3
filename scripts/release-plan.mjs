/**
 * Which versions come next. Before 1.0 a minor breaks and a patch does not, so where changesets would
 * make a package major because its peer has left its range, it becomes minor. A changeset that says
 * major means it.
 */
import applyReleasePlan from '@changesets/apply-release-plan'
import { read } from '@changesets/config'
import getReleasePlan from '@changesets/get-release-plan'
import { getPackages } from '@manypkg/get-packages'
import { isMain, root } from './workspace.mjs'

/**
 * @typedef {Awaited<ReturnType<typeof getReleasePlan>>} ReleasePlan
 */

/**
 * The same plan with minors where nobody asked for a major.
 * @param {ReleasePlan} plan
 * @returns {ReleasePlan}
 */
export function before1({ changesets, releases, ...rest }) {
  const meant = new Set(
    changesets.flatMap(({ releases: asked }) =>
      asked.filter(({ type }) => type === 'major').map(({ name }) => name),
    ),
  )
  return {
    ...rest,
    changesets,
    releases: releases.map(release => {
      // what is never published has no version
      const [, minor] =
        release.type === 'major' ? (release.oldVersion.match(/^0\.(\d+)\./) ?? []) : []
      if (minor === undefined || meant.has(release.name)) return release
      return { ...release, type: 'minor', newVersion: `0.${Number(minor) + 1}.0` }
    }),
  }
}

export const nextReleases = async () => before1(await getReleasePlan(root))

if (isMain(import.meta.url)) {
  const packages = await getPackages(root)
  const config = await read(root, packages)
  const plan = await nextReleases()
  await applyReleasePlan(plan, packages, config)
  for (const { name, type, oldVersion, newVersion } of plan.releases) {
    if (type !== 'none') console.log(`${name}  ${oldVersion} → ${newVersion}`)
  }
}
