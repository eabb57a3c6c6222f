/** The environment of a connection that something is about to be changed on; production says so. */
export const EnvironmentName = ({
  environment: { name, production },
}: {
  readonly environment: { readonly name: string; readonly production: boolean }
}) => (production ? <strong className="text-critical">{name} (production)</strong> : name)
